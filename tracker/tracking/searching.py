"""What is seen in search crops: from places in a frame to the likeliest place of each object.

x, search     where to look: a crop of the frame around a place
response      similarity of the exemplar to each position of a search crop
box head      how the object's width and height have changed, from the features at its position
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tracker.boxes import Box, center_and_size
from tracker.config import TrackerConfig
from tracker.crops import crop_squares, scale_factors
from tracker.frames import Frame
from tracker.models import Features, TwinNetwork
from tracker.models.heads import Levels, refined
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
"""The box head's opinion counts up to this factor on a side."""

Place = NDArray[np.float64]
"""``(x, y)`` in frame pixels."""


class View(NamedTuple):
    """A search crop: the object that is looked for, the crop's middle, and its zoom."""

    target: Target
    center: Place
    zoom: float = 1.0

    @property
    def extent(self) -> float:
        """Side in frame pixels."""
        return self.zoom * self.target.search_extent


class Sight(NamedTuple):
    """The likeliest place of an object in a search crop.

    Attributes:
        view: the crop.
        features: of the crop, a batch of one.
        response: refined map of the crop.
        cell: the place as ``(row, column)`` of the response map.
        in_crop: as ``(dx, dy)`` from the crop's middle, in its pixels.
        center: in the frame.
        peak: the response there.
    """

    view: View
    features: Features
    response: Map
    cell: tuple[int, int]
    in_crop: tuple[float, float]
    center: Place
    peak: float

    @property
    def target(self) -> Target:
        return self.view.target

    @property
    def kept(self) -> Box:
        """The object's box at this place, no larger or smaller than it was."""
        return self.target.bounded(self.center, self.target.size)


class Searcher:
    """Looks for objects with a network, prepared for inference, and settings."""

    def __init__(self, network: TwinNetwork, config: TrackerConfig) -> None:
        self._network, self._config = network, config
        self._scales = scale_factors(config.num_scales, config.scale_step)

    def around(self, frame: Frame, places: Sequence[tuple[Target, Place]]) -> list[Sight]:
        """Look for each object near one place, at several scales, the nearer the likelier."""
        config, count = self._config, len(self._scales)
        # search crops x, one per scale, and their responses f(z, x)
        views = [View(*place, zoom) for place in places for zoom in self._scales]
        responses, features = self._responses(frame, views)
        sights = []
        for first in range(0, len(views), count):
            # the scale with the highest peak, then the peak under the cosine window
            refined = upsample(responses[first : first + count], config.response_upsampling)
            scale = best_scale(refined, config.scale_penalty)
            crop = first + scale
            peak = find_peak(self._windowed(refined[scale]))
            sights.append(self._sight(views[crop], features[crop], refined[scale], peak))
        return sights

    def among(self, frame: Frame, places: Sequence[tuple[Target, Sequence[Place]]]) -> list[Sight]:
        """Look for each object at several places, all of them as likely."""
        views = [View(target, place) for target, several in places for place in several]
        responses, features = self._responses(frame, views)
        sights, first = [], 0
        for _, several in places:
            peaks = responses[first : first + len(several)].max(axis=(1, 2))
            crop = first + int(peaks.argmax())
            refined = upsample(responses[crop : crop + 1], self._config.response_upsampling)[0]
            sights.append(self._sight(views[crop], features[crop], refined, find_peak(refined)))
            first += len(several)
        return sights

    def elsewhere(self, sight: Sight, taken: Box) -> Sight | None:
        """The likeliest place of an object in the same crop, outside of a box.

        Returns:
            None where nothing there answers more than what is around it.
        """
        view, (center, size) = sight.view, center_and_size(taken)
        cells = np.arange(len(sight.response), dtype=float)
        _, places = self._place(view, (cells, cells), len(cells))
        across, down = (np.abs(places - center) < size / 2).T
        peak = find_peak_beside(self._windowed(sight.response), np.outer(down, across))
        return None if peak is None else self._sight(view, sight.features, sight.response, peak)

    def boxes(self, sights: Sequence[Sight]) -> list[Box]:
        """Boxes of objects where they are seen: the size follows the box head or the scale."""
        growths = self._head_growths(sights) if self._config.box_lr else self._scale_growths(sights)
        return [
            sight.target.bounded(sight.center, sight.target.size * growth)
            for sight, growth in zip(sights, growths, strict=True)
        ]

    def _scale_growths(self, sights: Sequence[Sight]) -> list[float]:
        return [1 + self._config.scale_lr * (sight.view.zoom - 1) for sight in sights]

    def _head_growths(self, sights: Sequence[Sight]) -> list[NDArray[np.float64]]:
        """The head moves the centre as well; the response is surer of it and keeps it."""
        config, growths = self._config, []
        for sight in sights:
            size = sight.target.size * config.search_size / sight.view.extent  # in the crop
            center = config.search_size / 2 + np.array(sight.in_crop)
            box = refine(
                self._network, sight.target.exemplar, sight.features.levels, [*center, *size]
            )
            change = np.clip(box[2:] / size, 1 / MAX_GROWTH, MAX_GROWTH)
            growths.append(change**config.box_lr)
        return growths

    def _responses(
        self, frame: Frame, views: Sequence[View]
    ) -> tuple[NDArray[np.float32], list[Features]]:
        """Cut out search crops, embed them, correlate each with its own exemplar.

        Returns:
            Response maps ``(N, n, n)``, and the features of each of the N crops.
        """
        if not views:
            return np.empty((0, 1, 1), np.float32), []
        size = self._config.search_size
        crops = [
            crop_squares(frame, view.center, [view.extent], size, view.target.fill)
            for view in views
        ]
        search = extract(self._network, np.concatenate(crops))
        responses = respond(self._network, [view.target.exemplar for view in views], search)
        return responses, _each(search)

    def _windowed(self, refined: Map) -> Map:
        window = cosine_window(len(refined))
        return apply_window(refined, window, self._config.window_influence)

    def _sight(
        self, view: View, features: Features, refined: Map, peak: tuple[float, float]
    ) -> Sight:
        """The place of a peak ``(row, column)`` of a refined response map."""
        upsampling = self._config.response_upsampling
        in_crop, center = self._place(view, peak, len(refined))
        row, column = (round(each) for each in peak)
        cell = (row // upsampling, column // upsampling)
        return Sight(view, features, refined, cell, in_crop, center, float(refined[row, column]))

    def _place(
        self, view: View, peak: tuple[Cells, Cells], size: int
    ) -> tuple[tuple[Cells, Cells], NDArray[np.float64]]:
        """Where cells ``(rows, columns)`` of a refined map are: in the crop, and in the frame."""
        config = self._config
        in_crop = displacement(peak, size, config.response_upsampling, self._network.total_stride)
        offset = np.stack(in_crop, axis=-1) * view.extent / config.search_size
        return in_crop, view.center + offset


def _each(features: Features) -> list[Features]:
    """The features of N crops as N batches of one."""
    return [
        Features(
            features.embedding[crop : crop + 1],
            tuple(level[crop : crop + 1] for level in features.levels),
        )
        for crop in range(len(features.embedding))
    ]


@torch.inference_mode()
def respond(
    network: TwinNetwork, exemplars: Sequence[Exemplar], search: Features
) -> NDArray[np.float32]:
    """Response maps ``(N, n, n)`` of N exemplars, each to its own of N search crops."""
    responses = xcorr(torch.cat([each.filter for each in exemplars]), search.embedding)
    if not exemplars[0].is_learned:
        responses = network.gain * responses + network.bias
    return responses[:, 0].cpu().numpy()


@torch.inference_mode()
def refine(
    network: TwinNetwork, exemplar: Exemplar, levels: Levels, box: Sequence[float]
) -> NDArray[np.float64]:
    """The box head's opinion on a box, as a box.

    Args:
        network: one with a box head.
        exemplar: made with ``config.box_lr`` above 0.
        levels: of one search crop.
        box: ``(cx, cy, w, h)``, in pixels of that crop.
    """
    proposal = torch.tensor([box], dtype=torch.float32, device=exemplar.parts.device)
    change = network.head(exemplar.parts, levels, proposal)
    return refined(proposal, change)[0].cpu().double().numpy()
