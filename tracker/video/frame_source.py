"""The base class of all sources of frames, and the selection of wanted frames.

A subclass only lists its frames in order. Numbering, ``start``, ``end``, ``stride`` and the
handling of sources that break off are the same for all kinds and are here.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import NamedTuple, Self, TypeGuard

from tracker.errors import SourceEndedEarly, SourceError
from tracker.frames import Frame

Position = int | float
"""A place in a source: an ``int`` is a frame number from 0, a ``float`` is a time in seconds."""

DEFAULT_FPS = 25.0
"""Frames per second, assumed where a source does not say."""

# Tolerance of times: result files show six decimals, so frame 2 of 30 per second is at 0.066667.
_MICROSECOND = 1e-6


class VideoFrame(NamedTuple):
    """A frame of a source.

    Attributes:
        index: its number in the source, from 0.
        time_s: its time in seconds.
        image: ``uint8`` RGB ``(H, W, 3)``.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody needs on a frame
    time_s: float
    image: Frame


class RawFrame(NamedTuple):
    """A frame that has been read but not yet converted to RGB, so that skipping it is cheap.

    Attributes:
        time_s: its time in seconds.
        load: converts it; must be called before the next one is read.
    """

    time_s: float
    load: Callable[[], Frame]


@dataclass(frozen=True)
class Selection:
    """The wanted frames: from ``start`` to before ``end``, every ``stride``-th.

    Attributes:
        start: first wanted frame; None for the first of all.
        end: first frame after the wanted ones; None for no end.
        stride: distance between wanted frames; 1 for every frame.

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
        comparable = _is_number(start) == _is_number(self.end) or not start  # the same unit
        if self.end is not None and comparable and self.end <= start:
            raise SourceError(
                f"expected end after start; got start {_show(start)} and end {_show(self.end)}"
            )

    def __str__(self) -> str:
        until = "" if self.end is None else f" to {_show(self.end)}"
        return f"from {_show(self.start or 0)}{until}"

    def starts_after(self, index: int, time_s: float) -> bool:
        """Return whether a frame comes before the first wanted one."""
        return self.start is not None and not _reached(self.start, index, time_s)

    def ends_at(self, index: int, time_s: float) -> bool:
        """Return whether a frame comes after the last wanted one."""
        return self.end is not None and _reached(self.end, index, time_s)

    def count(self, total: int | None, fps: float | None) -> int | None:
        """Return how many of ``total`` frames are wanted, or None if that cannot be known.

        Args:
            total: number of frames in the source, or None.
            fps: constant frame rate, needed where start or end are times; None if it varies.
        """
        if total is None or total <= 0:
            return None
        first = _frame_number(self.start or 0, fps)
        stop = total if self.end is None else _frame_number(self.end, fps)
        if first is None or stop is None:
            return None
        return max(0, math.ceil((min(stop, total) - first) / self.stride))


class Source(ABC, Iterator[VideoFrame]):
    """Iterates over ``VideoFrame``, holding one frame at a time; also a context manager.

    Iterating raises ``SourceError`` if no frame at all can be delivered, and
    ``SourceEndedEarly``, after every readable frame, if the source breaks off.

    Args:
        name: short name.
        selection: the wanted frames.
        size: ``(width, height)`` of the first frame in pixels, if known.
        total: number of frames in the whole source, if known.
        fps: mean frames per second, if known; 0 and infinity count as unknown.
        steady: whether the frame rate is constant.

    Attributes:
        name: short name, e.g. the stem of the file.
        size: ``(width, height)`` of the first frame in pixels, or None if not known yet.
        frame_count: how many frames are expected to come, or None if unknown; estimated from
            ``fps`` if start or end are times, and unknown then if the frame rate varies.
        fps: mean frames per second as the source states it, or None.
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
    def _raw_frames(self) -> Iterator[RawFrame]:
        """Yield every frame in order; raise SourceError at the end if some could not be read."""

    def _release(self) -> None:
        """Close files and devices; nothing to do by default."""

    def cancel(self) -> None:
        """Stop waiting for more data; unlike the rest, safe while another thread reads."""

    def __next__(self) -> VideoFrame:
        return next(self._frames)

    def close(self) -> None:
        """End the iteration and close files and devices; may be called twice."""
        self._frames.close()
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _wanted(self) -> Generator[VideoFrame, None, None]:
        """Number the raw frames, and convert and yield the wanted ones."""
        first, seen, delivered = None, 0, 0
        try:
            for index, raw in enumerate(self._raw_frames()):
                if self._selection.ends_at(index, raw.time_s):
                    break
                seen = index + 1
                if first is None and self._selection.starts_after(index, raw.time_s):
                    continue
                first = index if first is None else first
                if (index - first) % self._selection.stride == 0:
                    yield VideoFrame(index, raw.time_s, raw.load())
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


def _is_number(position: object) -> TypeGuard[int]:
    """Return whether a position is a frame number, also one of NumPy, and not a time."""
    return isinstance(position, Integral)


def _reached(position: Position, index: int, time_s: float) -> bool:
    """Return whether a frame is at or after a position."""
    return index >= position if _is_number(position) else time_s >= position - _MICROSECOND


def _frame_number(position: Position, fps: float | None) -> int | None:
    """Return the number of the first frame at or after a position; None if that is unknown."""
    if _is_number(position):
        return position
    return math.ceil((position - _MICROSECOND) * fps) if fps else None


def _show(position: Position) -> str:
    """Format a position for messages."""
    return f"frame {position}" if _is_number(position) else f"{position:g} s"
