"""Keep the scores of a run over time in bounded memory."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tracker.result import STATES, State, TrackResult

MOST_POINTS = 600  # even, so that points merge in pairs


class Point(NamedTuple):
    """The time of the first of some consecutive frames, their lowest score and worst state."""

    time_s: float
    score: float
    state: State


class LostSpan(NamedTuple):
    """A stretch of time in which the object was lost, in seconds."""

    begin_s: float
    end_s: float


class ScoreCurve:
    """The scores of one object over time, at most ``MOST_POINTS`` of them.

    When it is full, each two points become one, the worse of both: a loss of a single frame is
    never smoothed away.

    Attributes:
        end_s: the time of the last frame, in seconds.
    """

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._frames_per_point = 1
        self._in_last = 0
        self.end_s = 0.0

    def add(self, result: TrackResult) -> None:
        """Add the result of the next frame."""
        point = Point(result.time_s or 0.0, result.score, result.state)
        if self._points and self._in_last < self._frames_per_point:
            self._points[-1] = _worst(self._points[-1], point)
            self._in_last += 1
        else:
            if len(self._points) == MOST_POINTS:
                pairs = zip(self._points[::2], self._points[1::2], strict=True)
                self._points = [_worst(*pair) for pair in pairs]
                self._frames_per_point *= 2
            self._points.append(point)
            self._in_last = 1
        self.end_s = max(self.end_s, point.time_s)

    @property
    def points(self) -> Sequence[Point]:
        """The points in order, at most ``MOST_POINTS``."""
        return self._points

    def lost_spans(self) -> Iterator[LostSpan]:
        """Yield each stretch in which the object was lost."""
        begin = None
        for point in self._points:
            lost = point.state == "lost"
            if lost and begin is None:
                begin = point.time_s
            elif not lost and begin is not None:
                yield LostSpan(begin, point.time_s)
                begin = None
        if begin is not None:
            yield LostSpan(begin, self.end_s)


def _worst(first: Point, second: Point) -> Point:
    """Merge two neighbouring points into one with the lower score and the worse state."""
    state = max(first.state, second.state, key=STATES.index)
    return Point(first.time_s, min(first.score, second.score), state)
