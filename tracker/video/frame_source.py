"""What every source of frames is, and which of its frames are wanted.

A kind of source only lists its pictures in order; numbering, ``start``, ``end``, ``stride`` and
what happens when a source breaks off are the same for all kinds and are here.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import NamedTuple, Self

from tracker.errors import SourceEndedEarly, SourceError
from tracker.frames import Frame

Position = int | float
"""A place in a source: an ``int`` is a frame number from 0, a ``float`` is a time in seconds."""

DEFAULT_FPS = 25.0
"""Frames per second where a source does not say."""

_MICROSECOND = 1e-6  # results show six decimals: frame 2 of 30 per second is at 0.066667


class VideoFrame(NamedTuple):
    """One frame: its number in the source, its time in seconds, ``uint8`` RGB ``(H, W, 3)``."""

    index: int
    time_s: float
    image: Frame


class Picture(NamedTuple):
    """A picture that is there but not yet converted to RGB, so that skipping it is cheap."""

    time_s: float
    load: Callable[[], Frame]


@dataclass(frozen=True)
class Selection:
    """The wanted frames: from ``start``, before ``end``, every ``stride``-th.

    Raises:
        SourceError: a negative or infinite position, ``end`` not after ``start``, or a stride
            under 1.
    """

    start: Position | None = None
    end: Position | None = None
    stride: int = 1

    def __post_init__(self) -> None:
        for name, position in (("start", self.start), ("end", self.end)):
            if position is not None and not 0 <= position < math.inf:
                raise SourceError(f"expected {name} to be 0 or more; got {_show(position)}")
        if self.stride < 1:
            raise SourceError(f"expected a stride of 1 or more; got {self.stride}")
        start = 0 if self.start is None else self.start
        comparable = isinstance(start, Integral) == isinstance(self.end, Integral) or not start
        if self.end is not None and comparable and self.end <= start:
            raise SourceError(
                f"expected end after start; got start {_show(start)} and end {_show(self.end)}"
            )

    def __str__(self) -> str:
        until = "" if self.end is None else f" to {_show(self.end)}"
        return f"from {_show(self.start or 0)}{until}"

    def starts_after(self, index: int, time_s: float) -> bool:
        return self.start is not None and not _reached(self.start, index, time_s)

    def ends_at(self, index: int, time_s: float) -> bool:
        return self.end is not None and _reached(self.end, index, time_s)

    def count(self, total: int | None, fps: float | None) -> int | None:
        """How many of ``total`` frames are wanted; None where that cannot be told."""
        if total is None or total <= 0:
            return None
        first, stop = _frame_number(self.start or 0, fps), total
        if self.end is not None:
            stop = _frame_number(self.end, fps)
        if first is None or stop is None:
            return None
        return max(0, math.ceil((min(stop, total) - first) / self.stride))


class Source(ABC, Iterator[VideoFrame]):
    """An iterator of ``VideoFrame`` and a context manager; one frame in memory at a time.

    Attributes:
        name: short name, e.g. the stem of the file.
        size: ``(width, height)`` of the first frame in pixels, or None if not known yet.
        frame_count: how many frames are expected to come, or None if unknown; estimated from
            ``fps`` where start or end are times, unknown there if the frame rate varies.
        fps: mean frames per second as the source states it, or None.

    Iterating raises ``SourceError`` when no frame at all can be delivered, and
    ``SourceEndedEarly``, after every readable frame, when the source breaks off.
    """

    def __init__(
        self,
        name: str,
        selection: Selection,
        *,
        size: tuple[int, int] | None = None,
        total: int | None = None,
        fps: float | None = None,
        steady: bool = True,
    ) -> None:
        self.name = name
        self.size = size
        self.fps = fps if fps and math.isfinite(fps) and fps > 0 else None
        self.frame_count = selection.count(total, self.fps if steady else None)
        self._selection = selection
        self._frames = self._wanted()

    @abstractmethod
    def _pictures(self) -> Iterator[Picture]:
        """Every picture in order; raises SourceError at the end if some could not be read."""

    def _release(self) -> None:
        """Give back files and devices."""

    def cancel(self) -> None:
        """Wait for nothing any more; unlike the rest, may be called while another thread reads."""

    def __next__(self) -> VideoFrame:
        return next(self._frames)

    def close(self) -> None:
        """End the iteration and give back files and devices; may be called twice."""
        self._frames.close()
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _wanted(self) -> Iterator[VideoFrame]:
        first, seen, delivered = None, 0, 0
        try:
            for index, picture in enumerate(self._pictures()):
                if self._selection.ends_at(index, picture.time_s):
                    break
                seen = index + 1
                if first is None and self._selection.starts_after(index, picture.time_s):
                    continue
                first = index if first is None else first
                if (index - first) % self._selection.stride == 0:
                    yield VideoFrame(index, picture.time_s, picture.load())
                    delivered += 1
        except SourceError as error:
            if not delivered:
                raise
            of = f" of {self.frame_count}" if self.frame_count else ""
            raise SourceEndedEarly(
                f"{self.name} ended early: {delivered}{of} frames could be read: {error}"
            ) from error
        if not delivered:
            raise SourceError(
                f"{self.name} has no frame in the range asked for, {self._selection}"
                if seen
                else f"{self.name} has no frames"
            )


def _reached(position: Position, index: int, time_s: float) -> bool:
    return (
        index >= position if isinstance(position, Integral) else time_s >= position - _MICROSECOND
    )


def _frame_number(position: Position, fps: float | None) -> int | None:
    if isinstance(position, Integral):
        return position
    return math.ceil((position - _MICROSECOND) * fps) if fps else None


def _show(position: Position) -> str:
    return f"frame {position}" if isinstance(position, Integral) else f"{position:g} s"
