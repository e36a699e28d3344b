"""What each convention of the OTB protocol is worth: the same boxes scored in other ways.

In this field small differences of convention move results by a point or more; this prints by how
much, for the boxes at hand.
"""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from tracker.datasets.sequence import Sequence
from tracker.evaluation.alignment import scored_rows
from tracker.evaluation.entry import Entry
from tracker.evaluation.metrics import (
    center_errors,
    overlaps,
    precision_at_20px,
    precision_curve,
    success_auc,
    success_curve,
)
from tracker.evaluation.policies import all_positive

Array = NDArray[np.float64]
Scoring = Callable[[Array, Array], tuple[float, float]]  # results, truth -> AUC, precision


def _score(results: Array, truth: Array, policy: str = "otb") -> tuple[float, float]:
    return (
        success_auc(success_curve(overlaps(results, truth, policy), policy)),
        precision_at_20px(precision_curve(center_errors(results, truth, policy))),
    )


def _success_as(auc: Callable[[Array], float]) -> Scoring:
    """OTB's precision with another number made of the overlaps."""
    return lambda results, truth: (auc(overlaps(results, truth)), _score(results, truth)[1])


def _not_strict(values: Array) -> float:
    return float(np.mean([(values >= k / 20).mean() for k in range(21)]))


def _fine_thresholds(values: Array) -> float:
    return float(np.mean([(values > k / 100).mean() for k in range(101)]))


def _mean_overlap(values: Array) -> float:
    return float(np.maximum(values, 0).mean())


def _without_first(results: Array, truth: Array) -> tuple[float, float]:
    values, errors = overlaps(results, truth)[1:], center_errors(results, truth)[1:]
    return success_auc(success_curve(values)), precision_at_20px(precision_curve(errors))


def _without_invalid(results: Array, truth: Array) -> tuple[float, float]:
    valid = all_positive(truth)
    return _score(results[valid], truth[valid])


def _one_pixel_less(results: Array, truth: Array) -> tuple[float, float]:
    return _score(results - (1, 1, 0, 0), truth)


CONVENTIONS: dict[str, Scoring] = {
    "the OTB toolkit's rules": _score,
    "overlap >= threshold instead of >": _success_as(_not_strict),
    "101 thresholds instead of 21": _success_as(_fine_thresholds),
    "mean overlap instead of the AUC": _success_as(_mean_overlap),
    "first frame not counted": _without_first,
    "frames without valid truth dropped": _without_invalid,
    "boxes one pixel up and left": _one_pixel_less,
    "got10k toolkit": lambda results, truth: _score(results, truth, "got10k"),
    "pysot toolkit": lambda results, truth: _score(results, truth, "pysot"),
}


def explain(entries: Iterable[Entry], sequences: Iterable[Sequence]) -> str:
    """A table per tracker: success AUC and precision under each convention, and the difference.

    Args:
        entries: one-pass results; sequences without boxes are passed over.
        sequences: the ground truth.
    """
    clips = {clip.name: clip for clip in sequences}
    return "\n\n".join(_table(entry, clips) for entry in entries if entry.boxes)


def _table(entry: Entry, clips: dict[str, Sequence]) -> str:
    pairs = [scored_rows(boxes, clips[name]) for name, boxes in entry.boxes.items()]
    lines = [f"{entry.name}, {len(pairs)} sequences", f"{'convention':36}{'AUC':>8}{'':9}P@20"]
    base = None
    for name, scoring in CONVENTIONS.items():
        auc, precision = np.mean([scoring(*pair) for pair in pairs], axis=0)
        base = auc if base is None else base
        lines.append(f"{name:36}{auc:8.4f} {auc - base:+7.4f} {precision:8.4f}")
    return "\n".join(lines)
