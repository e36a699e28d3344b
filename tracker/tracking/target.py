"""One followed object: its exemplar, its box, and its presence."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.boxes import MIN_SIDE, Box, center_and_size, cxcywh_to_xywh
from tracker.config import TrackerConfig
from tracker.crops import Color, exemplar_extent, search_extent
from tracker.result import State, TrackResult
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.presence import Presence
from tracker.tracking.scene import Thumbnail


class Verdict(NamedTuple):
    """What a frame shows of an object: box ``(x, y, w, h)`` in frame pixels, score and state."""

    box: Box
    score: float
    state: State


class Target:
    """One object, from the frame that the user marked it in.

    Args:
        config: settings of the tracker.
        exemplar: what it looks like.
        box: where it is in that frame.
        frame_size: ``(width, height)`` of the frame.
        fill: colour outside the frames.
        thumbnail: of the frame.

    Attributes:
        frame_size: ``(width, height)`` of the last frame.
        first_box: the first box, in pixels of the last frame.
        thumbnail: of the last frame.
        result: of the last frame; ``frame`` counts from the first.
        trusted: the last trusted box, held while the object is lost.
        presence: whether it is there.
    """

    def __init__(
        self,
        config: TrackerConfig,
        exemplar: Exemplar,
        box: Box,
        frame_size: tuple[int, int],
        fill: Color,
        thumbnail: Thumbnail,
    ) -> None:
        self._config, self.frame_size = config, frame_size
        self.exemplar, self.fill, self.presence = exemplar, fill, Presence(config)
        self.thumbnail = thumbnail
        self.result = TrackResult(0, None, 1, box, 1.0, "tracking")
        self.first_box = self.trusted = box

    @property
    def first_size(self) -> NDArray[np.float64]:
        """Width and height of the first box, in pixels of the last frame."""
        return center_and_size(self.first_box)[1]

    @property
    def center(self) -> NDArray[np.float64]:
        """Centre ``(x, y)`` of the last box, in frame pixels."""
        return center_and_size(self.result.box)[0]

    @property
    def size(self) -> NDArray[np.float64]:
        """Width and height of the last box, in frame pixels."""
        return center_and_size(self.result.box)[1]

    @property
    def search_extent(self) -> float:
        """Side of the search square (s_x in the paper), in frame pixels."""
        config = self._config
        extent = exemplar_extent(self.size[0], self.size[1], config.context_amount)
        return search_extent(extent, config.exemplar_size, config.search_size)

    def advance(self, box: ArrayLike, score: float, state: State) -> None:
        """Advance to the next frame, with the verdict on this one.

        The box is rounded as result files round it, so that a resumed run repeats an unbroken one.
        """
        self.presence.advance(score, state)
        self.result = TrackResult(self.result.frame + 1, None, 1, rounded_box(box), score, state)
        if self.presence.is_trusted:
            self.trusted = self.result.box

    def bounded(self, center: NDArray[np.float64], size: NDArray[np.float64]) -> Box:
        """Return a box with its centre in the frame and a size within the configured limits.

        Without a box head, width and height are limited by one factor: the box keeps its shape.
        """
        config, limits = self._config, np.array(self.frame_size, float)
        smallest = np.maximum(self.first_size * config.min_size_ratio, MIN_SIDE)
        largest = np.minimum(self.first_size * config.max_size_ratio, limits)
        if config.box_lr:
            size = np.clip(size, smallest, np.maximum(largest, smallest))
        else:
            size = size * max(min(1.0, (largest / size).min()), (smallest / size).max())
        return rounded_box(cxcywh_to_xywh([*np.clip(center, 0, limits), *size]))

    def resize_with(self, frame_size: tuple[int, int]) -> None:
        """Rescale all boxes if frames have another size from now on."""
        if frame_size != self.frame_size:
            ratio = np.array(frame_size) / self.frame_size
            self.result = replace(self.result, box=_scaled(self.result.box, ratio))
            self.trusted = _scaled(self.trusted, ratio)
            self.first_box = _scaled(self.first_box, ratio)
            self.frame_size = frame_size


def rounded_box(box: ArrayLike) -> Box:
    """Round a box to a ten-thousandth of a pixel, as result files do."""
    x, y, w, h = np.round(np.asarray(box), 4).tolist()
    return (x, y, w, h)


def _scaled(box: Box, ratio: NDArray[np.float64]) -> Box:
    """Scale a box by ``(x, y)`` ratios; no side gets shorter than ``MIN_SIDE``."""
    x, y, w, h = (np.array(box) * np.tile(ratio, 2)).tolist()
    return (x, y, max(w, MIN_SIDE), max(h, MIN_SIDE))
