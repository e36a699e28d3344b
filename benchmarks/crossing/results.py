"""Follow two objects that cross in two ways, and count the results."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box, overlap
from tracker.frames import Frame
from tracker.result import TrackResult
from tracker.synthetic.composited import Crossing
from tracker.synthetic.composited.crossing import Likeness
from tracker.tracking.multi_tracker import MultiTracker
from tracker.tracking.tracker import Tracker

SAME = 0.5  # with a larger overlap two boxes are on one object


class Follower(Protocol):
    """Follows several objects."""

    def init(self, frame: Frame, boxes: list[Box]) -> object:
        """Start on the boxes."""

    def update(self, frame: Frame) -> list[TrackResult]:
        """Return the results in the next frame, in the order of the boxes."""
        ...


class OneByOne:
    """Follows each object with a tracker of its own; they do not know of each other."""

    def __init__(self, *trackers: Tracker) -> None:
        self._trackers = trackers

    def init(self, frame: Frame, boxes: list[Box]) -> None:
        """Start a tracker on each box."""
        for tracker, box in zip(self._trackers, boxes, strict=True):
            tracker.init(frame, box)

    def update(self, frame: Frame) -> list[TrackResult]:
        """Update each tracker."""
        return [tracker.update(frame) for tracker in self._trackers]


class CrossingResult(NamedTuple):
    """Two tracked boxes against the truth; a column for every frame but the first, which is given.

    Attributes:
        name, kind: of the sequence.
        apart: ``(N,)`` bool, as in `Crossing`.
        partings: ``(C,)`` the columns of the partings.
        own: ``(2, N)`` overlap of each box with its own object.
        other: ``(2, N)`` overlap of each box with the other object.
        mutual: ``(N,)`` overlap of the two boxes.
        lost: ``(2, N)`` bool, whether the state is "lost".
    """

    name: str
    kind: Likeness
    apart: NDArray[np.bool_]
    partings: NDArray[np.int64]
    own: NDArray[np.float64]
    other: NDArray[np.float64]
    mutual: NDArray[np.float64]
    lost: NDArray[np.bool_]


def followers(name: str, settings: Mapping[str, Any]) -> dict[str, Follower]:
    """Make a tracker of both objects, and two trackers of one, with the same settings.

    Errors are those of ``Tracker``.
    """
    return {
        "together": MultiTracker(name, **settings),
        "one by one": OneByOne(*(Tracker(name, **settings) for _ in range(2))),
    }


def follow(ways: Mapping[str, Follower], crossing: Crossing) -> dict[str, CrossingResult]:
    """Start each follower on both objects in the first frame, and update it with all others."""
    results: dict[str, list[list[TrackResult]]] = {way: [] for way in ways}
    for index, frame in enumerate(crossing.frames()):
        for way, follower in ways.items():
            if index == 0:
                follower.init(frame, [tuple(box) for box in crossing.boxes[:, 0].tolist()])
            else:
                results[way].append(follower.update(frame))
    return {way: _result(crossing, frames) for way, frames in results.items()}


def summary(results: Iterable[CrossingResult]) -> dict[str, float]:
    """Return the numbers of the table; every frame and crossing has the same weight.

    Returns:
        ``overlap``: mean overlap of each box with its own object while the objects are apart. The
        others are counts at the partings: of ``boxes`` boxes, ``right`` are on their own object,
        ``on_other`` are on the other one, ``lost`` are reported as lost; ``both_on_one`` counts
        the partings at which the two boxes are in one place.
    """
    results = list(results)
    own, other, mutual, lost = (
        np.concatenate([getattr(result, name)[..., result.partings] for result in results], axis=-1)
        for name in ("own", "other", "mutual", "lost")
    )
    return {
        "overlap": float(np.concatenate([each.own[:, each.apart] for each in results], 1).mean()),
        "boxes": own.size,
        "right": int((own > SAME).sum()),
        "on_other": int((other > SAME).sum()),
        "both_on_one": int((mutual > SAME).sum()),
        "lost": int(lost.sum()),
    }


def _result(crossing: Crossing, frames: list[list[TrackResult]]) -> CrossingResult:
    """Compare the results of all frames after the first with the truth."""
    boxes = np.array([[result.box for result in both] for both in frames]).swapaxes(0, 1)
    truth = crossing.boxes[:, 1:]
    return CrossingResult(
        crossing.name,
        crossing.kind,
        crossing.apart[1:],
        np.array(crossing.partings) - 1,
        overlap(boxes, truth),
        overlap(boxes, truth[::-1]),
        overlap(*boxes),
        np.array([[result.state == "lost" for result in both] for both in frames]).T,
    )
