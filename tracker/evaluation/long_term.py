"""Measure how well a tracker notices that its object is gone, and how soon it finds it again.

Tracking precision, recall and F-score are those of Lukezic et al., "Now you see me: evaluating
performance in long-term visual tracking", 2018 (arXiv:1804.07056), as VOT-LT uses them. At a
threshold on the score, precision is the mean overlap over the frames in which the tracker reports
a box, and recall is the mean overlap over the frames in which the object is present. Two more
measures use the tracker's state: how many frames it needs to find a returned object, and how
often it says "tracking" while the object is absent.

All arrays have one row per frame. Overlaps are in [0, 1]; see :func:`presence_overlaps`.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.boxes import overlap
from tracker.errors import DatasetError

Array = NDArray[np.float64]

FOUND_OVERLAP = 0.5
"""Overlap above which the object counts as found."""

REFOUND_WITHIN = 30
"""Frames within which a returned object should be found again."""


class PresenceScore(NamedTuple):
    """Precision, recall and their harmonic mean, each in [0, 1], at one threshold."""

    f_score: float
    precision: float
    recall: float
    threshold: float


class PrecisionRecall(NamedTuple):
    """Tracking precision and recall, each ``(T,)``, one value per threshold."""

    precision: Array
    recall: Array


def presence_overlaps(boxes: ArrayLike, truth: ArrayLike) -> Array:
    """Return the intersection over union ``(N,)`` of boxes ``(N, 4)`` with the truth ``(N, 4)``.

    It is 0 where the object is absent (a row of NaN in ``truth``) or the tracker gives no box.
    """
    return np.nan_to_num(overlap(boxes, truth), nan=0.0)


def precision_recall(
    overlaps: ArrayLike, scores: ArrayLike, present: ArrayLike, thresholds: ArrayLike
) -> PrecisionRecall:
    """Compute tracking precision and recall of one sequence, equations 1 and 2 of the paper.

    A frame is reported at a threshold if its score is at least the threshold. A reported frame
    without the object lowers the precision, and a frame with the object that is not reported
    lowers the recall; both count with overlap 0. The precision is 1 where no frame is reported, as
    in the VOT toolkit.

    Args:
        overlaps: ``(N,)``; 0 where the object is absent.
        scores: ``(N,)``; NaN where the tracker gives no box.
        present: ``(N,)`` bool, true in at least one frame.
        thresholds: ``(T,)`` on the score.

    Raises:
        DatasetError: the object is in no frame.
    """
    overlaps, scores = np.asarray(overlaps, float), np.asarray(scores, float)
    if not np.any(present):
        raise DatasetError("expected a frame in which the object is present; got none")
    reported = ~np.isnan(scores)
    falling = np.argsort(-scores[reported], kind="stable")
    sums = np.concatenate([[0], np.cumsum(overlaps[reported][falling])])
    counts = np.searchsorted(-scores[reported][falling], -np.asarray(thresholds), side="right")
    precision = np.divide(sums[counts], counts, out=np.ones(len(counts)), where=counts > 0)
    return PrecisionRecall(precision, sums[counts] / np.count_nonzero(present))


def f_scores(precision: ArrayLike, recall: ArrayLike) -> Array:
    """Return the harmonic mean of precision and recall, of any shape; 0 where both are 0."""
    precision, recall = np.asarray(precision, float), np.asarray(recall, float)
    total: Array = precision + recall
    means: Array = np.divide(
        2 * precision * recall, total, out=np.zeros_like(total), where=total > 0
    )
    return means


def presence_score(runs: Iterable[tuple[ArrayLike, ArrayLike, ArrayLike]]) -> PresenceScore:
    """Return the greatest F-score over all thresholds, with its precision, recall and threshold.

    Precision and recall at a threshold are averaged over the sequences before the F-score is
    computed, so that all sequences count the same.

    Args:
        runs: ``(overlaps, scores, present)`` of each sequence, as :func:`precision_recall` takes
            them.

    Raises:
        DatasetError: there are no sequences, or the object is in no frame of one.
    """
    runs = list(runs)
    if not runs:
        raise DatasetError("expected at least one sequence; got none")
    scores = np.concatenate([np.asarray(scores, float) for _, scores, _ in runs])
    thresholds = np.unique(scores[~np.isnan(scores)])
    if not len(thresholds):
        return PresenceScore(0.0, 1.0, 0.0, np.inf)
    curves = [precision_recall(*run, thresholds) for run in runs]
    precision, recall = np.mean(curves, axis=0)
    f = f_scores(precision, recall)
    best = int(f.argmax())
    return PresenceScore(*(float(values[best]) for values in (f, precision, recall, thresholds)))


def return_frames(present: ArrayLike, absent: ArrayLike) -> NDArray[np.int64]:
    """Return the frames ``(R,)`` in which the object is present again after an absence.

    Frames in which the object is neither present nor absent, because it is partly seen, are
    ignored.
    """
    present, absent = np.asarray(present, bool), np.asarray(absent, bool)
    clear = np.flatnonzero(present | absent)
    again = present[clear[1:]] & absent[clear[:-1]]
    returns: NDArray[np.int64] = clear[1:][again]
    return returns


def frames_until_found(tracking: ArrayLike, overlaps: ArrayLike, returns: ArrayLike) -> Array:
    """Count the frames ``(R,)`` from each return of the object until it is found.

    The object is found in a frame with the state "tracking" and an overlap above 0.5.

    Args:
        tracking: ``(N,)`` bool, whether the state is "tracking".
        overlaps: ``(N,)``.
        returns: ``(R,)`` frames in rising order, as :func:`return_frames` returns them.

    Returns:
        0 where the object is found in the frame of the return; infinity where it is not found
        before the next return or the end.
    """
    found = np.flatnonzero(np.asarray(tracking, bool) & (np.asarray(overlaps) > FOUND_OVERLAP))
    returns = np.asarray(returns, int)
    first = np.append(found.astype(float), np.inf)[np.searchsorted(found, returns)]
    return np.where(first < np.append(returns[1:], np.inf), first - returns, np.inf)


def false_alarms(tracking: ArrayLike, absent: ArrayLike) -> float:
    """Return the share of "tracking" among the frames without the object; 0 if there are none."""
    absent = np.asarray(absent, bool)
    return float(np.asarray(tracking, bool)[absent].mean()) if absent.any() else 0.0
