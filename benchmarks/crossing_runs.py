"""Two ways to follow two objects that cross, and what several such runs add up to."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box, overlap
from tracker.frames import Frame
from tracker.result import TrackResult
from tracker.synthetic.composited import Crossing
from tracker.tracking.multi_tracker import MultiTracker
from tracker.tracking.tracker import Tracker

SAME = 0.5  # with a larger overlap two boxes are on one object


class Follower(Protocol):
    """Follows several objects; the results are in the order of the boxes."""

    def init(self, frame: Frame, boxes: list[Box]) -> Any: ...

    def update(self, frame: Frame) -> list[TrackResult]: ...


class OneByOne:
    """Trackers that do not know of each other, one for each object."""

    def __init__(self, *trackers: Tracker) -> None:
        self._trackers = trackers

    def init(self, frame: Frame, boxes: list[Box]) -> None:
        for tracker, box in zip(self._trackers, boxes, strict=True):
            tracker.init(frame, box)

    def update(self, frame: Frame) -> list[TrackResult]:
        return [tracker.update(frame) for tracker in self._trackers]


class Run(NamedTuple):
    """Where two boxes were in a sequence; a column per frame after the first, which is given.

    Attributes:
        name, kind: of the sequence.
        apart: ``(N,)`` bool, as ``Crossing.apart``.
        partings: ``(C,)`` the column of each of ``Crossing.partings``.
        own: ``(2, N)`` overlap of each box with its own object.
        other: ``(2, N)`` with the other object.
        mutual: ``(N,)`` of the two boxes with each other.
        lost: ``(2, N)`` bool, whether the state is "lost".
    """

    name: str
    kind: str
    apart: NDArray[np.bool_]
    partings: NDArray[np.int64]
    own: NDArray[np.float64]
    other: NDArray[np.float64]
    mutual: NDArray[np.float64]
    lost: NDArray[np.bool_]


def followers(name: str, settings: Mapping[str, Any]) -> dict[str, Follower]:
    """One run of both objects, and two runs of one, with the same model and settings.

    Errors: those of ``Tracker``.
    """
    return {
        "together": MultiTracker(name, **settings),
        "one by one": OneByOne(*(Tracker(name, **settings) for _ in range(2))),
    }


def follow(ways: Mapping[str, Follower], crossing: Crossing) -> dict[str, Run]:
    """Start each follower on both objects in the first frame, and show it every other frame."""
    results: dict[str, list[list[TrackResult]]] = {way: [] for way in ways}
    for index, frame in enumerate(crossing.frames()):
        for way, follower in ways.items():
            if index == 0:
                follower.init(frame, [tuple(box) for box in crossing.boxes[:, 0].tolist()])
            else:
                results[way].append(follower.update(frame))
    return {way: _run(crossing, frames) for way, frames in results.items()}


def summary(runs: Iterable[Run]) -> dict[str, float]:
    """The numbers of the table; frames and crossings of all the runs count the same.

    Returns:
        ``overlap``: mean of each box with its own object, where the objects are apart. The others
        are counts at the partings. Of ``boxes`` boxes in all: ``right`` are on their own object,
        ``on_other`` on the other one, ``lost`` reported as lost. ``both_on_one``: the two boxes
        are on each other.
    """
    runs = list(runs)
    own, other, mutual, lost = (
        np.concatenate([getattr(run, name)[..., run.partings] for run in runs], axis=-1)
        for name in ("own", "other", "mutual", "lost")
    )
    return {
        "overlap": float(np.concatenate([run.own[:, run.apart] for run in runs], axis=1).mean()),
        "boxes": own.size,
        "right": int((own > SAME).sum()),
        "on_other": int((other > SAME).sum()),
        "both_on_one": int((mutual > SAME).sum()),
        "lost": int(lost.sum()),
    }


def _run(crossing: Crossing, frames: list[list[TrackResult]]) -> Run:
    boxes = np.array([[result.box for result in results] for results in frames]).swapaxes(0, 1)
    truth = crossing.boxes[:, 1:]
    return Run(
        crossing.name,
        crossing.kind,
        crossing.apart[1:],
        np.array(crossing.partings) - 1,
        overlap(boxes, truth),
        overlap(boxes, truth[::-1]),
        overlap(*boxes),
        np.array([[result.state == "lost" for result in results] for results in frames]).T,
    )
