"""Following many objects through one video; the network sees all of them in one go."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from tracker.errors import BoxError, FrameError
from tracker.frames import as_frame
from tracker.models import Model
from tracker.result import TrackResult
from tracker.tracking.engine import Engine
from tracker.tracking.target import Target


class MultiTracker:
    """Follows several objects, each as a ``Tracker`` of its own would, as long as they are apart.

        tracker = MultiTracker()
        tracker.init(first_frame, boxes)
        for result in tracker.update(next_frame):
            print(result.id, result.box, result.score, result.state)

    Objects can be added and removed on the way. An object's id is never given to another. Where two
    are seen at one place, as when like ones have crossed, one of them is looked for beside the
    other (``tracker/tracking/claims.py``); with ``claim_overlap=1.0`` none is.

    Args, attributes and errors: those of ``Tracker``.
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
        self._targets: dict[int, Target] = {}  # by id
        self._frame, self._last_id = 0, 0

    @property
    def ids(self) -> tuple[int, ...]:
        """The objects that are followed, in the order of ``update``."""
        return tuple(self._targets)

    def init(self, frame: Any, boxes: Iterable[ArrayLike] = ()) -> list[TrackResult]:
        """Start, or start again, on the objects inside boxes.

        Args:
            frame: as in ``Tracker.init``.
            boxes: ``(x, y, w, h)`` each, in frame pixels, 0-based; their ids are 1, 2, ...

        Returns:
            Their first results: the boxes as given, score 1.

        Raises:
            FrameError, BoxError: the frame or a box cannot be used; nothing has changed.
        """
        frame = as_frame(frame)
        targets = [self._engine.start(frame, box) for box in boxes]
        self._targets = dict(enumerate(targets, 1))
        self._frame, self._last_id = 0, len(targets)
        return self._results()

    def add(self, frame: Any, box: ArrayLike) -> TrackResult:
        """Follow one more object, from the frame that ``init`` or ``update`` was last called with.

        Args and errors: as ``Tracker.init``.

        Returns:
            Its first result, with a new id.
        """
        target = self._engine.start(as_frame(frame), box)
        self._last_id += 1
        self._targets[self._last_id] = target
        return self._result(self._last_id)

    def remove(self, id: int) -> None:
        """Follow an object no longer.

        Raises:
            BoxError: there is none of this id.
        """
        del self._targets[self._known(id)]

    def reinit(self, frame: Any, id: int, box: ArrayLike) -> TrackResult:
        """Start again on the box of an object, in the frame last given; its id stays.

        Args and errors: as ``Tracker.init``; also BoxError if there is none of this id.
        """
        self._targets[self._known(id)] = self._engine.start(as_frame(frame), box)
        return self._result(id)

    def update(self, frame: Any) -> list[TrackResult]:
        """Find every object in the next frame.

        Returns:
            A result for each, in the order of ``ids``; ``frame`` counts the calls since ``init``.

        Raises:
            FrameError: the frame cannot be used; nothing has changed.
        """
        self._engine.follow(as_frame(frame), list(self._targets.values()))
        self._frame += 1
        return self._results()

    def resume(self, frame: Any, results: Sequence[TrackResult]) -> None:
        """Go on from what ``update`` returned for this frame in an earlier run.

        Args:
            frame: the frame that the results were found in.
            results: those of all objects, in the order of ``ids``.

        Raises:
            FrameError: the frame cannot be used, or the results are of other objects.
        """
        frame = as_frame(frame)
        if [result.id for result in results] != list(self._targets):
            raise FrameError(
                f"expected results of the objects {list(self._targets)}; "
                f"got {[result.id for result in results]}"
            )
        for target, result in zip(self._targets.values(), results, strict=True):
            self._engine.resume(frame, target, result)
        self._frame += 1

    def _known(self, id: int) -> int:
        if id not in self._targets:
            raise BoxError(f"expected the id of a followed object, one of {self.ids}; got {id!r}")
        return id

    def _results(self) -> list[TrackResult]:
        return [self._result(id) for id in self._targets]

    def _result(self, id: int) -> TrackResult:
        return replace(self._targets[id].result, frame=self._frame, id=id)
