"""The scores of a run over time, in bounded memory."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tracker.result import STATES, TrackResult

MOST_POINTS = 600


class Point(NamedTuple):
    """The lowest score and the worst state of some frames in a row, and the time of the first."""

    time_s: float
    score: float
    state: str


class ScoreCurve:
    """Scores of one object, each point the worst of as many frames as needed to stay small.

    A loss of a single frame is therefore never smoothed away.
    """

    def __init__(self) -> None:
        self._points: list[Point] = []
        self._frames_per_point = 1
        self._in_last = 0
        self.end_s = 0.0

    def add(self, result: TrackResult) -> None:
        """Take in the next frame's result."""
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

    def lost_spans(self) -> Iterator[tuple[float, float]]:
        """Beginning and end of each stretch in which the object was lost, in seconds."""
        begin = None
        for point in self._points:
            if point.state == "lost" and begin is None:
                begin = point.time_s
            elif point.state != "lost" and begin is not None:
                yield begin, point.time_s
                begin = None
        if begin is not None:
            yield begin, self.end_s


def _worst(first: Point, second: Point) -> Point:
    state = max(first.state, second.state, key=STATES.index)
    return Point(first.time_s, min(first.score, second.score), state)
