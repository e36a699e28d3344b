"""Show how much each convention of the OTB protocol changes the result for the same boxes.

Papers and toolkits differ in small conventions that move results by a point or more.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

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
from tracker.evaluation.policies import PolicyName, all_positive

Array = NDArray[np.float64]


class Figures(NamedTuple):
    """The two figures of a sequence under one convention, each in [0, 1]."""

    auc: float
    precision: float


Scoring = Callable[[Array, Array], Figures]
"""Scores the results ``(N, 4)`` of one sequence against its truth ``(N, 4)``."""


def _score(results: Array, truth: Array, policy: PolicyName = "otb") -> Figures:
    """Score as the toolkit named by ``policy`` does."""
    return Figures(
        success_auc(success_curve(overlaps(results, truth, policy), policy)),
        precision_at_20px(precision_curve(center_errors(results, truth, policy))),
    )


def _success_as(auc: Callable[[Array], float]) -> Scoring:
    """Return a scoring with ``auc(overlaps)`` in place of the AUC, and OTB's precision."""
    return lambda results, truth: Figures(
        auc(overlaps(results, truth)), _score(results, truth).precision
    )


def _not_strict(values: Array) -> float:
    """Return the AUC with an overlap equal to the threshold counted as a success."""
    return float(np.mean([(values >= k / 20).mean() for k in range(21)]))


def _fine_thresholds(values: Array) -> float:
    """Return the AUC over 101 thresholds."""
    return float(np.mean([(values > k / 100).mean() for k in range(101)]))


def _mean_overlap(values: Array) -> float:
    """Return the mean overlap; invalid truth counts as 0."""
    return float(np.maximum(values, 0).mean())


def _without_first(results: Array, truth: Array) -> Figures:
    """Score by OTB's rules without the first frame."""
    values, errors = overlaps(results, truth)[1:], center_errors(results, truth)[1:]
    return Figures(success_auc(success_curve(values)), precision_at_20px(precision_curve(errors)))


def _without_invalid(results: Array, truth: Array) -> Figures:
    """Score by OTB's rules without the frames whose truth is invalid."""
    valid = all_positive(truth)
    return _score(results[valid], truth[valid])


def _one_pixel_less(results: Array, truth: Array) -> Figures:
    """Score by OTB's rules with every result moved one pixel up and left."""
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
    """Return a table per tracker: AUC, its change, and precision under each convention.

    Args:
        entries: one-pass results; a tracker without boxes gets no table.
        sequences: the ground truth.
    """
    clips = {clip.name: clip for clip in sequences}
    return "\n\n".join(_table(entry, clips) for entry in entries if entry.boxes)


def _table(entry: Entry, clips: dict[str, Sequence]) -> str:
    """Return the table of one tracker as text; its first row of figures is OTB's."""
    pairs = [scored_rows(boxes, clips[name]) for name, boxes in entry.boxes.items()]
    lines = [f"{entry.name}, {len(pairs)} sequences", f"{'convention':36}{'AUC':>8}{'':9}P@20"]
    base = None
    for name, scoring in CONVENTIONS.items():
        auc, precision = np.mean([scoring(*pair) for pair in pairs], axis=0)
        base = auc if base is None else base
        lines.append(f"{name:36}{auc:8.4f} {auc - base:+7.4f} {precision:8.4f}")
    return "\n".join(lines)
