"""The tracker: one frame from top to bottom, in the words of the SiamFC paper.

z, exemplar   what to look for: the crop around the first frame's box, refined on the way
x, search     where to look: crops around the last position, one per scale
response      similarity of the exemplar to each position of a search crop
box head      how the object's width and height have changed, from the features at its position
"""

import math
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.boxes import MIN_SIDE, Box, center_and_size, check_box, cxcywh_to_xywh
from tracker.config import TrackerConfig
from tracker.crops import crop_squares, exemplar_extent, mean_color, scale_factors, search_extent
from tracker.devices import pick_device
from tracker.errors import FrameError
from tracker.exemplar import Exemplar
from tracker.frames import Frame, as_frame, frame_size
from tracker.models import Features, Model, fuse_for_inference, load_model
from tracker.response import (
    apply_window,
    best_scale,
    cosine_window,
    displacement,
    find_peak,
    upsample,
)
from tracker.result import TrackResult
from tracker.video import open_source, prefetch

MAX_GROWTH = 1.65
"""The box head's opinion counts up to this factor on a side."""


class Tracker:
    """Follows one object through a video.

        tracker = Tracker()
        tracker.init(first_frame, box)
        result = tracker.update(next_frame)      # result.box, result.score, result.state

    Args:
        model: "default", the name of a shipped model, a weights file, or a loaded ``Model``.
        device: "auto" (a CUDA device if there is one), "cpu", "cuda" or "cuda:N".
        **settings: fields of ``TrackerConfig`` that replace those stored with the model.

    Raises:
        WeightsError: the weights cannot be used.
        DeviceError: the device does not exist.
        TypeError, ValueError: an unknown setting, or one out of range.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Model = "default",
        device: str = "auto",
        **settings: Any,
    ) -> None:
        self.device = pick_device(device)
        loaded = model if isinstance(model, Model) else load_model(model)
        self.config: TrackerConfig = replace(loaded.config, **settings)
        self.model = loaded.name
        if self.config.box_lr and loaded.network.head is None:
            raise ValueError(
                f"setting box_lr must be 0 for {loaded.network.architecture}, which has no box "
                f"head, got {self.config.box_lr!r}"
            )
        self._network = fuse_for_inference(loaded.network).to(self.device)
        self._scales = scale_factors(self.config.num_scales, self.config.scale_step)
        self._exemplar: Exemplar | None = None

    def init(self, frame: Any, box: ArrayLike) -> TrackResult:
        """Start, or start again, on the object inside a box.

        Args:
            frame: RGB uint8 ``(H, W, 3)``, or what ``as_frame`` makes into it.
            box: ``(x, y, w, h)`` in frame pixels, 0-based.

        Returns:
            The first result: the box as given, score 1.

        Raises:
            FrameError, BoxError: the frame or the box cannot be used; nothing has changed.
        """
        frame = as_frame(frame)
        box = _as_written(check_box(box, frame_size(frame)))
        fill = mean_color(frame)
        self._exemplar = Exemplar(self._network, self.config, frame, box, fill)
        self._fill, self._frame_size = fill, frame_size(frame)
        self._first_size = center_and_size(box)[1]
        self._box, self._frames_seen = box, 0
        return TrackResult(frame=0, time_s=None, id=1, box=box, score=1.0, state="tracking")

    def update(self, frame: Any) -> TrackResult:
        """Find the object in the next frame.

        Args:
            frame: as in ``init``; a frame of another size means that the whole picture was resized.

        Returns:
            The result; ``frame`` counts the calls since ``init``.

        Raises:
            FrameError: the frame cannot be used, or ``init`` was not called; nothing has changed.
        """
        if self._exemplar is None:
            raise FrameError("expected init(frame, box) before the first update(frame)")
        frame = as_frame(frame)
        self._follow_frame_size(frame)
        config = self.config

        # search crops x around the last position, one per scale
        center, size = center_and_size(self._box)
        extent = exemplar_extent(*size, config.context_amount)
        extents = self._scales * search_extent(extent, config.exemplar_size, config.search_size)
        crops = crop_squares(frame, center, extents, config.search_size, self._fill)

        # response maps f(z, x), refined
        search = self._exemplar.extract(crops)
        responses = self._exemplar.respond(search)
        refined = upsample(responses, config.response_upsampling)

        # the scale with the highest peak, then the peak under the cosine window
        scale = best_scale(refined, config.scale_penalty)
        window = cosine_window(refined.shape[-1])
        windowed = apply_window(refined[scale], window, config.window_influence)
        peak = find_peak(windowed)
        in_crop = displacement(
            peak, len(windowed), config.response_upsampling, self._network.total_stride
        )

        # from crop pixels to frame pixels; the size follows the scale or the box head, damped
        score = self._score(refined[scale][round(peak[0]), round(peak[1])])
        pixel = extents[scale] / config.search_size
        if config.box_lr:
            change = self._box_change(search, scale, in_crop, size / pixel)
            growth = change**config.box_lr if score >= config.hold_score else 1
        else:
            growth = 1 + config.scale_lr * (self._scales[scale] - 1)
        self._box = self._bounded(center + np.array(in_crop) * pixel, size * growth)
        result = self._result(score)
        self._learn(frame, result)
        return result

    def resume(self, frame: Any, result: TrackResult) -> None:
        """Go on from a result of an earlier run, after ``init`` on the frame which that began with.

        Args:
            frame: the frame that the result was found in.
            result: what ``update`` returned for it.

        Raises:
            FrameError: the frame cannot be used, or ``init`` was not called.
        """
        if self._exemplar is None:
            raise FrameError("expected init(frame, box) before resume(frame, result)")
        frame = as_frame(frame)
        self._follow_frame_size(frame)
        self._box = result.box
        self._learn(frame, self._result(result.score))

    def _result(self, score: float) -> TrackResult:
        self._frames_seen += 1
        return TrackResult(self._frames_seen, None, 1, self._box, score, self._state(score))

    def _box_change(
        self,
        search: Features,
        scale: int,
        in_crop: tuple[float, float],
        size: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Factors on width and height, as the box head sees them at a position of a crop.

        The head moves the centre as well. The response is surer of it and keeps it.
        """
        middle = self.config.search_size / 2
        box = np.array([middle + in_crop[0], middle + in_crop[1], *size])
        change = self._exemplar.refine(search, scale, box)[2:] / size
        return np.clip(change, 1 / MAX_GROWTH, MAX_GROWTH)

    def _learn(self, frame: Frame, result: TrackResult) -> None:
        """Refine the exemplar every few frames, unless the object is lost."""
        if result.frame % self.config.kernel_interval == 0 and result.state != "lost":
            self._exemplar.learn(frame, result.box)

    def _bounded(self, center: NDArray[np.float64], size: NDArray[np.float64]) -> Box:
        """Keep the centre inside the frame and the size within reason, whatever was measured.

        Without a box head, width and height are limited by one factor: the shape of the box stays.
        """
        config, limits = self.config, np.array(self._frame_size, float)
        smallest = np.maximum(self._first_size * config.min_size_ratio, MIN_SIDE)
        largest = np.minimum(self._first_size * config.max_size_ratio, limits)
        if config.box_lr:
            size = np.clip(size, smallest, np.maximum(largest, smallest))
        else:
            size = size * max(min(1.0, (largest / size).min()), (smallest / size).max())
        return _as_written(cxcywh_to_xywh([*np.clip(center, 0, limits), *size]))

    def _follow_frame_size(self, frame: Frame) -> None:
        size = frame_size(frame)
        if size != self._frame_size:
            ratio = np.array(size) / self._frame_size
            self._box = tuple((np.array(self._box) * np.tile(ratio, 2)).tolist())
            self._first_size = self._first_size * ratio
            self._frame_size = size

    def _score(self, peak: float) -> float:
        exponent = self.config.score_slope * (self.config.score_midpoint - peak)
        return round(1 / (1 + math.exp(min(exponent, 700.0))), 4)  # exp(710) overflows

    def _state(self, score: float) -> str:
        if score >= self.config.tracking_score:
            return "tracking"
        return "uncertain" if score >= self.config.lost_score else "lost"


def track(
    source: Any,
    box: ArrayLike,
    *,
    model: str | os.PathLike[str] = "default",
    device: str = "auto",
    start: int | float | None = None,
    end: int | float | None = None,
    stride: int = 1,
) -> Iterator[TrackResult]:
    """Follow one object through a source, a result per frame as it is read.

        for result in track("video.mp4", box=(10, 20, 30, 40)):
            print(result.frame, result.box, result.score, result.state)

    Args:
        source, start, end, stride: as in ``tracker.video.open_source``; frames are read one at a
            time and decoded ahead in the background.
        box: ``(x, y, w, h)`` in pixels of the first frame read.
        model, device: as in ``Tracker``.

    Raises:
        SourceError, BoxError, WeightsError, DeviceError: at the first result.
        FrameError: an image in memory is no frame.
        SourceEndedEarly: after the last result, if the source broke off.
    """
    follower = Tracker(model, device)
    with (
        open_source(source, start=start, end=end, stride=stride) as frames,
        closing(prefetch(frames)) as frames_ahead,
    ):
        for number, frame in enumerate(frames_ahead):
            result = follower.update(frame.image) if number else follower.init(frame.image, box)
            yield replace(result, frame=frame.index, time_s=frame.time_s)


def _as_written(box: ArrayLike) -> Box:
    """A box to a ten-thousandth of a pixel, as result files hold it.

    The tracker goes on from what it writes, so that a resumed run is exactly the unbroken one.
    """
    x, y, w, h = np.round(box, 4).tolist()
    return (x, y, w, h)
