"""Run a tracker over composited sequences, and summarise the results."""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.evaluation.entrants import Entrant, box_of
from tracker.evaluation.long_term import (
    REFOUND_WITHIN,
    false_alarms,
    frames_until_found,
    presence_overlaps,
    presence_score,
    return_frames,
)
from tracker.synthetic.composited import Composite
from tracker.synthetic.composited.composite import Disappearance


class LongTermResult(NamedTuple):
    """A tracker's results on a sequence; a row for every frame but the first, which is given.

    Attributes:
        name, kind: of the sequence.
        present, absent: ``(N,)`` bool, the truth; both false where the object is partly visible.
        overlaps: ``(N,)`` overlap with the truth, 0 where it is absent.
        scores: ``(N,)``, NaN where the tracker reported no box.
        states: ``(N,)`` text, as ``TrackResult.state``.
        seconds: ``(N,)`` duration of each update.
    """

    name: str
    kind: Disappearance
    present: NDArray[np.bool_]
    absent: NDArray[np.bool_]
    overlaps: NDArray[np.float64]
    scores: NDArray[np.float64]
    states: NDArray[np.str_]
    seconds: NDArray[np.float64]

    @property
    def tracking(self) -> NDArray[np.bool_]:
        """``(N,)`` whether the state is "tracking"."""
        tracking: NDArray[np.bool_] = self.states == "tracking"
        return tracking

    @property
    def until_found(self) -> NDArray[np.float64]:
        """``(R,)`` frames until the object is found after each return; infinity where it is not."""
        returns = return_frames(self.present, self.absent)
        return frames_until_found(self.tracking, self.overlaps, returns)

    @property
    def presence(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Overlaps, scores and presence in frames in which the object is present or absent."""
        clear = self.present | self.absent
        return self.overlaps[clear], self.scores[clear], self.present[clear]


def follow(entrant: Entrant, composite: Composite) -> LongTermResult:
    """Start a tracker on the first frame's box, and update it with every other frame."""
    boxes: list[Box] = []
    scores: list[float] = []
    states: list[str] = []
    seconds: list[float] = []
    for index, frame in enumerate(composite.frames()):
        if index == 0:
            x, y, w, h = composite.boxes[0].tolist()
            entrant.init(frame, (x, y, w, h))
            continue
        started = time.perf_counter()
        result = entrant.update(frame)
        seconds.append(time.perf_counter() - started)
        box, score, state = _answer(entrant, result)
        boxes.append(box)
        scores.append(score)
        states.append(state)
    return LongTermResult(
        composite.name,
        composite.kind,
        composite.present[1:],
        composite.absent[1:],
        presence_overlaps(boxes, composite.boxes[1:]),
        np.array(scores),
        np.array(states),
        np.array(seconds),
    )


def summary(results: Iterable[LongTermResult]) -> dict[str, Any]:
    """Return the numbers of the table; every frame and return has the same weight.

    ``frames_until_found`` is None if no return was found.
    """
    results = list(results)
    present, absent, tracking, seconds = (
        np.concatenate([getattr(result, name) for result in results])
        for name in ("present", "absent", "tracking", "seconds")
    )
    until_found = np.concatenate([result.until_found for result in results])
    found = np.isfinite(until_found)
    return {
        **presence_score(result.presence for result in results)._asdict(),
        "returns": len(until_found),
        "refound": int((until_found < REFOUND_WITHIN).sum()),
        "frames_until_found": float(np.median(until_found[found])) if found.any() else None,
        "false_alarms": false_alarms(tracking, absent),
        "tracking_while_present": float(tracking[present].mean()),
        "ms": float(1000 * seconds.mean()),
    }


def _answer(entrant: Entrant, result: Any) -> tuple[Box, float, str]:
    """Return box, score and state; a tracker without scores gets score 1 for every box."""
    if hasattr(result, "score"):
        return result.box, result.score, result.state
    box = box_of(result)
    if np.isnan(box[0]) or not getattr(entrant, "found", True):
        return box, np.nan, "lost"
    return box, 1.0, "tracking"
