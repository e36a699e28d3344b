"""Follow one object: ``Tracker``, frame by frame, and ``track``, through a whole source.

``engine`` has what happens in a frame: it is the page to read first.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from tracker.errors import FrameError
from tracker.frames import as_frame
from tracker.models import Model
from tracker.result import TrackResult
from tracker.tracking.engine import Engine
from tracker.tracking.target import Target
from tracker.video import open_source, prefetch


class Tracker:
    """Follows one object through a video.

        tracker = Tracker()
        tracker.init(first_frame, box)
        result = tracker.update(next_frame)      # result.box, result.score, result.state

    Args:
        model: "default", the name of a shipped model, a weights file, or a loaded ``Model``.
        device: "auto" (a CUDA device if there is one), "cpu", "cuda" or "cuda:N".
        precision: of the network's convolutions on a GPU: "float32" (PyTorch's settings decide
            about TF32), whose boxes are closest to the CPU's, or "bfloat16", meant for many
            objects. On the CPU it is always float32.
        **settings: fields of ``TrackerConfig`` that replace those stored with the model.

    Attributes:
        config: the settings.
        model: the model's name.
        device: where the network runs.

    Raises:
        WeightsError: the weights cannot be used.
        DeviceError: the device does not exist.
        TypeError, ValueError: an unknown setting or precision, or one out of range.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Model = "default",
        device: str = "auto",
        precision: str = "float32",
        **settings: Any,
    ) -> None:
        self._engine = Engine(model, device, precision, **settings)
        self.config, self.model = self._engine.config, self._engine.model
        self.device = self._engine.device
        self._target: Target | None = None
        self._frame = 0

    def init(self, frame: Any, box: ArrayLike) -> TrackResult:
        """Start, or start again, on the object inside a box.

        Args:
            frame: RGB uint8 ``(H, W, 3)``, or an image that ``as_frame`` converts to it.
            box: ``(x, y, w, h)`` in frame pixels, 0-based.

        Returns:
            The first result: the box as given, score 1.

        Raises:
            FrameError, BoxError: the frame or the box cannot be used; nothing has changed.
        """
        self._target = self._engine.start(as_frame(frame), box)
        self._frame = 0
        return self._target.result

    def reinit(self, frame: Any, box: ArrayLike) -> TrackResult:
        """Start again on a box that the user corrected, instead of calling ``update``.

        Args and errors: those of ``init``; also FrameError if that was not called.

        Returns:
            The box as given, score 1; ``frame`` counts on.
        """
        self._started("reinit(frame, box)")
        self._target = self._engine.start(as_frame(frame), box)
        return self._numbered(self._target.result)

    def update(self, frame: Any) -> TrackResult:
        """Find the object in the next frame.

        Args:
            frame: as in ``init``; a frame of another size means that the whole picture was resized.

        Returns:
            The result; ``frame`` counts the calls since ``init``. While the object is lost, the box
            is the last trusted one.

        Raises:
            FrameError: the frame cannot be used, or ``init`` was not called; nothing has changed.
        """
        target = self._started("update(frame)")
        return self._numbered(self._engine.follow(as_frame(frame), [target])[0])

    def resume(self, frame: Any, result: TrackResult) -> None:
        """Repeat one frame of an earlier run, after ``init`` on that run's first frame.

        Args:
            frame: the frame that the result was found in.
            result: what ``update`` returned for it. Pass every result since ``init``, in order.

        Raises:
            FrameError: the frame cannot be used, or ``init`` was not called.
        """
        target = self._started("resume(frame, result)")
        self._engine.resume(as_frame(frame), target, result)
        self._frame += 1

    def _started(self, call: str) -> Target:
        """Return the object, or refuse a call before ``init``."""
        if self._target is None:
            raise FrameError(f"expected init(frame, box) before {call}")
        return self._target

    def _numbered(self, result: TrackResult) -> TrackResult:
        """Count a frame, and number its result."""
        self._frame += 1
        return replace(result, frame=self._frame)


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
    """Follow one object through a source; yield a result per frame as it is read.

        for result in track("video.mp4", box=(10, 20, 30, 40)):
            print(result.frame, result.box, result.score, result.state)

    Args:
        source: as in ``tracker.video.open_source``; frames are read one at a time and decoded ahead
            in the background.
        box: ``(x, y, w, h)`` in pixels of the first frame read.
        model: as in ``Tracker``.
        device: as in ``Tracker``.
        start: first frame wanted: a number, or seconds as a float.
        end: first frame not wanted, in the same forms.
        stride: every how many-th frame is wanted.

    Raises:
        SourceError, BoxError, WeightsError, DeviceError: at the first result.
        FrameError: an image in memory cannot be used as a frame.
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
