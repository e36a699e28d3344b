"""The stages of a search: crop, embed, correlate, window, peak, size.

``Engine._locate`` calls them in this order. Redetection searches several places of a frame through
the same crops, embeddings and correlations.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracker.boxes import Box, center_and_size
from tracker.config import TrackerConfig
from tracker.crops import crop_squares, scale_factors
from tracker.frames import Frame
from tracker.models import Features, TwinNetwork
from tracker.models.heads import BoxHead, Levels, refined
from tracker.models.inference.extract import extract
from tracker.ops import xcorr
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.response import (
    Cells,
    Map,
    apply_window,
    best_scale,
    cosine_window,
    displacement,
    find_peak,
    find_peak_beside,
    upsample,
)
from tracker.tracking.target import Target

MAX_GROWTH = 1.65
"""Largest growth of a side per frame that the box head can cause; shrinking is limited alike."""

MAX_SHIFT = 0.5
"""Largest shift of the centre per frame that the box head can cause, in sides of the box."""

Place = NDArray[np.float64]
"""``(x, y)`` in frame pixels."""


class SearchCrop(NamedTuple):
    """A square of the frame to search for an object.

    Attributes:
        target: the object.
        center: middle of the square, in frame pixels.
        zoom: its side in units of the object's search square.
    """

    target: Target
    center: Place
    zoom: float = 1.0

    @property
    def extent(self) -> float:
        """Side in frame pixels."""
        return self.zoom * self.target.search_extent


class Candidate(NamedTuple):
    """The likeliest place of an object in a search crop.

    Attributes:
        crop: the search crop.
        features: of the crop, a batch of one.
        response: upsampled response map of the crop.
        cell: the place as ``(row, column)`` of the response map.
        in_crop: the place as ``(dx, dy)`` from the crop's middle, in its pixels.
        center: the place in the frame.
        peak: the response there.
    """

    crop: SearchCrop
    features: Features
    response: Map
    cell: tuple[int, int]
    in_crop: tuple[float, float]
    center: Place
    peak: float

    @property
    def target(self) -> Target:
        """The object."""
        return self.crop.target

    @property
    def box_of_same_size(self) -> Box:
        """The object's box at this place, with the size it had in the last frame."""
        return self.target.bounded(self.center, self.target.size)


class Searcher:
    """Searches for objects with a network and settings.

    Args:
        network: prepared for inference.
        config: settings of the tracker.
    """

    def __init__(self, network: TwinNetwork, config: TrackerConfig) -> None:
        self._network, self._config = network, config
        self._scales = scale_factors(config.num_scales, config.scale_step)

    def scaled_crops(self, places: Sequence[tuple[Target, Place]]) -> list[SearchCrop]:
        """Return one search crop per place and scale, the scales of a place in a row."""
        return [SearchCrop(target, at, zoom) for target, at in places for zoom in self._scales]

    def cut_out(self, frame: Frame, crops: Sequence[SearchCrop]) -> NDArray[np.uint8]:
        """Resample search crops from a frame, ``(N, search_size, search_size, 3)``; N >= 1."""
        size = self._config.search_size
        return np.concatenate(
            [
                crop_squares(frame, crop.center, [crop.extent], size, crop.target.fill)
                for crop in crops
            ]
        )

    def embed(self, pixels: NDArray[np.uint8]) -> Features:
        """Embed search crops ``(N, search_size, search_size, 3)``."""
        return extract(self._network, pixels)

    def correlate(self, crops: Sequence[SearchCrop], features: Features) -> NDArray[np.float32]:
        """Correlate the features of each crop with its own object: response maps ``(N, n, n)``."""
        return respond(self._network, [crop.target.exemplar for crop in crops], features)

    def best_of_scales(
        self, crops: Sequence[SearchCrop], features: Features, responses: NDArray[np.float32]
    ) -> list[Candidate]:
        """Find the peak of each place under the cosine window, in the scale that responds most.

        Args:
            crops: as made by ``scaled_crops``.
            features, responses: of these crops.
        """
        config, each, count = self._config, _one_by_one(features), len(self._scales)
        candidates = []
        for first in range(0, len(crops), count):
            maps = upsample(responses[first : first + count], config.response_upsampling)
            scale = best_scale(maps, config.scale_penalty)
            best = first + scale
            peak = find_peak(self._windowed(maps[scale]))
            candidates.append(self._candidate(crops[best], each[best], maps[scale], peak))
        return candidates

    def best_of_places(
        self, frame: Frame, places: Sequence[tuple[Target, Sequence[Place]]]
    ) -> list[Candidate]:
        """Search for each object at several places, all of them equally likely.

        Returns:
            The highest peak of each object.
        """
        crops = [SearchCrop(target, place) for target, several in places for place in several]
        if not crops:
            return []
        features = self.embed(self.cut_out(frame, crops))
        responses, each = self.correlate(crops, features), _one_by_one(features)
        candidates, first = [], 0
        for _, several in places:
            peaks = responses[first : first + len(several)].max(axis=(1, 2))
            best = first + int(peaks.argmax())
            map_ = upsample(responses[best : best + 1], self._config.response_upsampling)[0]
            candidates.append(self._candidate(crops[best], each[best], map_, find_peak(map_)))
            first += len(several)
        return candidates

    def beside(self, candidate: Candidate, taken: Box) -> Candidate | None:
        """Find the likeliest place of an object in the same crop, outside of a box.

        Returns:
            None if no place there responds more than its neighbours.
        """
        crop, (center, size) = candidate.crop, center_and_size(taken)
        cells = np.arange(len(candidate.response), dtype=float)
        _, places = self._place(crop, (cells, cells), len(cells))
        across, down = (np.abs(places - center) < size / 2).T
        peak = find_peak_beside(self._windowed(candidate.response), np.outer(down, across))
        if peak is None:
            return None
        return self._candidate(crop, candidate.features, candidate.response, peak)

    def boxes(self, candidates: Sequence[Candidate]) -> list[Box]:
        """Return the objects' boxes at their candidates, as changed by head or scale."""
        return [self._box(each) for each in candidates]

    def _box(self, candidate: Candidate) -> Box:
        """Return an object's box: the response says where, the head or the scale how large.

        The head also corrects the centre, as far as ``box_center`` says: it sees the object's
        sides, which the response does not.
        """
        config, head, target = self._config, self._network.head, candidate.target
        parts = target.exemplar.parts
        if head is None or parts is None:
            growth = 1 + config.scale_lr * (candidate.crop.zoom - 1)
            return target.bounded(candidate.center, target.size * growth)
        size = target.size * config.search_size / candidate.crop.extent  # crop pixels
        center = config.search_size / 2 + np.array(candidate.in_crop)
        box = refine(head, parts, candidate.features.levels, [*center, *size])
        shift = np.clip((box[:2] - center) / size, -MAX_SHIFT, MAX_SHIFT)
        change = np.clip(box[2:] / size, 1 / MAX_GROWTH, MAX_GROWTH)
        return target.bounded(
            candidate.center + config.box_center * shift * target.size,
            target.size * change**config.box_lr,
        )

    def _windowed(self, map_: Map) -> Map:
        window = cosine_window(len(map_))
        return apply_window(map_, window, self._config.window_influence)

    def _candidate(
        self, crop: SearchCrop, features: Features, map_: Map, peak: tuple[float, float]
    ) -> Candidate:
        """Make the candidate at a peak ``(row, column)`` of an upsampled response map."""
        upsampling = self._config.response_upsampling
        in_crop, center = self._place(crop, peak, len(map_))
        row, column = (round(each) for each in peak)
        cell = (row // upsampling, column // upsampling)
        return Candidate(crop, features, map_, cell, in_crop, center, float(map_[row, column]))

    def _place(
        self, crop: SearchCrop, peak: tuple[Cells, Cells], size: int
    ) -> tuple[tuple[Cells, Cells], NDArray[np.float64]]:
        """Locate cells ``(rows, columns)`` of an upsampled map in the crop and in the frame."""
        config = self._config
        in_crop = displacement(peak, size, config.response_upsampling, self._network.total_stride)
        offset = np.stack(in_crop, axis=-1) * crop.extent / config.search_size
        return in_crop, crop.center + offset


@torch.inference_mode()
def respond(
    network: TwinNetwork, exemplars: Sequence[Exemplar], search: Features
) -> NDArray[np.float32]:
    """Correlate the features of N search crops with an exemplar each: ``(N, n, n)``."""
    responses = xcorr(torch.cat([each.filter for each in exemplars]), search.embedding)
    if not exemplars[0].is_learned:
        responses = network.gain * responses + network.bias
    maps: NDArray[np.float32] = responses[:, 0].cpu().numpy()
    return maps


@torch.inference_mode()
def refine(
    head: BoxHead, parts: Tensor, levels: Levels, box: Sequence[float]
) -> NDArray[np.float64]:
    """Refine a box by the box head.

    Args:
        head: the network's.
        parts: of the exemplar, see ``BoxHead.exemplar_parts``.
        levels: of one search crop.
        box: ``(cx, cy, w, h)``, in pixels of that crop.

    Returns:
        The refined box in the same form.
    """
    proposal = torch.tensor([box], dtype=torch.float32, device=parts.device)
    change = head(parts, levels, proposal)
    better: NDArray[np.float64] = refined(proposal, change)[0].cpu().double().numpy()
    return better


def _one_by_one(features: Features) -> list[Features]:
    """Split the features of N crops into N batches of one."""
    return [
        Features(
            features.embedding[crop : crop + 1],
            tuple(level[crop : crop + 1] for level in features.levels),
        )
        for crop in range(len(features.embedding))
    ]
