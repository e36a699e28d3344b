"""One tracker over one composited sequence, and what several such runs add up to."""

import json
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.evaluation.entrants import Entrant, box_of, make_entrant
from tracker.evaluation.long_term import (
    REFOUND_WITHIN,
    false_alarms,
    frames_until_found,
    presence_overlaps,
    presence_score,
    return_frames,
)
from tracker.synthetic.composited import Composite
from tracker.tracking.tracker import Tracker


class Run(NamedTuple):
    """What a tracker said about a sequence; one row per frame after the first, which is given.

    Attributes:
        name, kind: of the sequence.
        present, absent: ``(N,)`` bool, the truth; neither where the object is partly seen.
        overlaps: ``(N,)`` with the truth, 0 where it is absent.
        scores: ``(N,)``, NaN where the tracker reported no box.
        states: ``(N,)`` text, as ``TrackResult.state``.
        seconds: ``(N,)`` of each update.
    """

    name: str
    kind: str
    present: NDArray[np.bool_]
    absent: NDArray[np.bool_]
    overlaps: NDArray[np.float64]
    scores: NDArray[np.float64]
    states: NDArray[np.str_]
    seconds: NDArray[np.float64]

    @property
    def tracking(self) -> NDArray[np.bool_]:
        """``(N,)`` whether the state is "tracking"."""
        return self.states == "tracking"

    @property
    def until_found(self) -> NDArray[np.float64]:
        """Frames until each return is found again, ``(R,)``; infinity where it is not."""
        returns = return_frames(self.present, self.absent)
        return frames_until_found(self.tracking, self.overlaps, returns)

    @property
    def presence(self) -> tuple[NDArray, NDArray, NDArray]:
        """Overlaps, scores and presence where the object is present or absent, not partly seen."""
        clear = self.present | self.absent
        return self.overlaps[clear], self.scores[clear], self.present[clear]


def tracker_from(text: str) -> Entrant:
    """A tracker by its name, with settings of ``TrackerConfig``: ``default,lost_score=0.2``.

    Raises:
        EntrantError, WeightsError: there is no such tracker.
        TypeError, ValueError: an unknown setting, or a value that is no number or out of range.
    """
    name, settings = name_and_settings(text)
    return Tracker(name, **settings) if settings else make_entrant(name)


def name_and_settings(text: str) -> tuple[str, dict[str, Any]]:
    """``default,lost_score=0.2`` as ``"default"`` and ``{"lost_score": 0.2}``.

    Raises:
        ValueError: a value is no number.
    """
    name, *settings = text.split(",")
    pairs = (setting.partition("=") for setting in settings)
    return name, {key: json.loads(value) for key, _, value in pairs}


def follow(entrant: Entrant, composite: Composite) -> Run:
    """Start on the first frame's box and ask for every other frame."""
    boxes, scores, states, seconds = [], [], [], []
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
    return Run(
        composite.name,
        composite.kind,
        composite.present[1:],
        composite.absent[1:],
        presence_overlaps(boxes, composite.boxes[1:]),
        np.array(scores),
        np.array(states),
        np.array(seconds),
    )


def summary(runs: Iterable[Run]) -> dict[str, float | None]:
    """The numbers of the table; frames and returns of all the runs count the same.

    ``frames_until_found`` is None where no return was found.
    """
    runs = list(runs)
    present, absent, tracking, seconds = (
        np.concatenate([getattr(run, name) for run in runs])
        for name in ("present", "absent", "tracking", "seconds")
    )
    until_found = np.concatenate([run.until_found for run in runs])
    found = np.isfinite(until_found)
    return {
        **presence_score(run.presence for run in runs)._asdict(),
        "returns": len(until_found),
        "refound": int((until_found < REFOUND_WITHIN).sum()),
        "frames_until_found": float(np.median(until_found[found])) if found.any() else None,
        "false_alarms": false_alarms(tracking, absent),
        "tracking_while_present": float(tracking[present].mean()),
        "ms": float(1000 * seconds.mean()),
    }


def _answer(entrant: Entrant, result: Any) -> tuple[Box, float, str]:
    """Box, score and state; a tracker that has no score is always sure of what it reports."""
    if hasattr(result, "score"):
        return result.box, result.score, result.state
    box = box_of(result)
    if np.isnan(box[0]) or not getattr(entrant, "found", True):
        return box, np.nan, "lost"
    return box, 1.0, "tracking"
