"""Follow several objects through one video: ``MultiTracker``."""

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
    """Follows several objects, each exactly as a ``Tracker`` of its own would while they are apart.

        tracker = MultiTracker()
        tracker.init(first_frame, boxes)
        for result in tracker.update(next_frame):
            print(result.id, result.box, result.score, result.state)

    Objects can be added and removed at any time; ids are never reused. If two come to one place, as
    look-alikes do that cross, one of them is searched for beside the other, see
    ``tracking/claims.py``; ``claim_overlap=1.0`` switches that off.

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
        """Ids of the followed objects, in the order of ``update``'s results."""
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
        """Follow one more object, marked in the frame last given to ``init`` or ``update``.

        Args and errors: as ``Tracker.init``.

        Returns:
            Its first result, with a new id.
        """
        target = self._engine.start(as_frame(frame), box)
        self._last_id += 1
        self._targets[self._last_id] = target
        return self._result(self._last_id)

    def remove(self, id: int) -> None:
        """Stop following an object.

        Raises:
            BoxError: no object has this id.
        """
        del self._targets[self._known(id)]

    def reinit(self, frame: Any, id: int, box: ArrayLike) -> TrackResult:
        """Start again on a corrected box of an object, in the frame last given; it keeps its id.

        Args and errors: as ``Tracker.init``; also BoxError if no object has this id.
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
        """Repeat one frame of an earlier run.

        Args:
            frame: the frame that the results were found in.
            results: what ``update`` returned for it.

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
        """Return an id, or refuse one that no object has."""
        if id not in self._targets:
            raise BoxError(f"expected the id of a followed object, one of {self.ids}; got {id!r}")
        return id

    def _results(self) -> list[TrackResult]:
        """Return the last result of every object."""
        return [self._result(id) for id in self._targets]

    def _result(self, id: int) -> TrackResult:
        """Return the last result of one object, numbered for the user."""
        return replace(self._targets[id].result, frame=self._frame, id=id)
