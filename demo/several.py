"""Several objects in one video, until ``tracker.MultiTracker`` takes over: the same interface."""

import copy
from collections.abc import Sequence
from dataclasses import replace

from tracker import Tracker, TrackResult
from tracker.boxes import Box
from tracker.frames import Frame
from tracker.models import Model


class SeveralTrackers:
    """Follows several objects, each by a tracker of its own; the network is shared."""

    def __init__(self, model: Model, device: str = "auto") -> None:
        self._prepared = Tracker(model, device)
        self._trackers: list[Tracker] = []

    def init(self, frame: Frame, boxes: Sequence[Box]) -> list[TrackResult]:
        """Start on the objects inside ``boxes``; they get the numbers 1, 2, ..."""
        self._trackers = [copy.copy(self._prepared) for _ in boxes]
        started = zip(self._trackers, boxes, strict=True)
        return self._numbered([tracker.init(frame, box) for tracker, box in started])

    def update(self, frame: Frame) -> list[TrackResult]:
        """Find the objects in the next frame."""
        return self._numbered([tracker.update(frame) for tracker in self._trackers])

    def _numbered(self, results: list[TrackResult]) -> list[TrackResult]:
        return [replace(result, id=number) for number, result in enumerate(results, start=1)]
