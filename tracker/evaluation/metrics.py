"""Compute success, precision and their averages, equal to the published figures to the last digit.

From boxes ``(N, 4)`` as in :mod:`tracker.boxes`, one row per frame, to the figure of a table::

    results, truth = align(results, truth)               # once per sequence
    score = score_sequence(results, truth)               # score.success_auc, score.precision_20
    table = mean_score(scores)                           # plain mean over sequences

These conventions of the OTB toolkit (Wu, Lim, Yang: "Object Tracking Benchmark", PAMI 2015) each
change the second digit of a result:

* success counts overlaps strictly **above** a threshold, so a perfect tracker has AUC 20/21;
* the AUC is the mean of 21 points, the precision is counted **up to and including** 20 pixels;
* the first frame counts, and its result is the ground truth;
* every frame stays in the denominator, even one without valid ground truth;
* frames are averaged per sequence; the mean over sequences ignores their lengths.

``policy`` names the toolkit whose rules for invalid boxes to follow: ``"otb"`` (default),
``"got10k"`` or ``"pysot"``; :mod:`tracker.evaluation.policies` has the table. GOT-10k's own
protocol (AO, SR50, SR75) is :func:`got10k_overlaps` and :func:`got10k_score`. For the robustness
protocols, start at the frames of :func:`tre_starts` or from the boxes of :func:`sre_boxes`, score
each run with :func:`score_sequence`, and join the runs of a sequence with :func:`pooled_score`.

NaN counts as a miss everywhere. No function changes its arguments. Plain NumPy: all of OTB-100
takes well under a second, most of it for reading the files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.errors import DatasetError
from tracker.evaluation.got10k import Got10kScore, got10k_overlaps, got10k_score
from tracker.evaluation.per_frame import center_errors, normalized_center_errors, overlaps
from tracker.evaluation.policies import POLICIES, PolicyName, align, get_policy
from tracker.evaluation.protocols import sre_boxes, tre_starts

__all__ = [
    "align",
    "score_sequence",
    "mean_score",
    "pooled_score",
    "SequenceScore",
    "overlaps",
    "center_errors",
    "normalized_center_errors",
    "success_curve",
    "success_auc",
    "precision_curve",
    "precision_at_20px",
    "normalized_precision_curve",
    "normalized_precision_at_20percent",
    "Got10kScore",
    "got10k_overlaps",
    "got10k_score",
    "tre_starts",
    "sre_boxes",
    "POLICIES",
    "PRECISION_THRESHOLDS",
    "NORMALIZED_THRESHOLDS",
]

Array = NDArray[np.float64]

PRECISION_THRESHOLDS = np.arange(51)
"""Centre errors in pixels at which the precision curve is sampled."""

NORMALIZED_THRESHOLDS = np.arange(51) / 100
"""Centre errors, as shares of the target's size, at which normalised precision is sampled."""


@dataclass(frozen=True, eq=False)
class SequenceScore:
    """The curves of one sequence, or their average over several; all values in [0, 1].

    Attributes:
        success_curve: ``(21,)``, share of frames with an overlap above 0, 0.05 .. 1.
        precision_curve: ``(51,)``, share of frames with a centre error up to 0, 1 .. 50 pixels.
        normalized_precision_curve: ``(51,)``, share of frames with a centre error up to 0, 0.01 ..
            0.5 of the target's size.
        frames: how many frames were counted.
    """

    success_curve: Array
    precision_curve: Array
    normalized_precision_curve: Array
    frames: int

    @property
    def success_auc(self) -> float:
        """The mean of the success curve, at most 20/21."""
        return success_auc(self.success_curve)

    @property
    def success_50(self) -> float:
        """The share of frames with an overlap above 0.5."""
        return float(self.success_curve[10])

    @property
    def precision_20(self) -> float:
        """The share of frames with a centre error of at most 20 pixels."""
        return precision_at_20px(self.precision_curve)

    @property
    def normalized_precision_20(self) -> float:
        """The share of frames with a centre error of at most 0.20 of the target's size."""
        return normalized_precision_at_20percent(self.normalized_precision_curve)


def score_sequence(
    results: ArrayLike, truth: ArrayLike, policy: PolicyName = "otb"
) -> SequenceScore:
    """Score one run over one sequence.

    Args:
        results: ``(N, 4)`` boxes of the tracker; the first is the box it was started with.
        truth: ``(N, 4)`` boxes of the ground truth; see :func:`align` for other lengths.
        policy: ``"otb"``, ``"got10k"`` or ``"pysot"``.

    Raises:
        DatasetError: the numbers of rows differ, or no frame counts.
        ValueError: there is no such policy.
    """
    frame_overlaps = overlaps(results, truth, policy)
    return SequenceScore(
        success_curve(frame_overlaps, policy),
        precision_curve(center_errors(results, truth, policy)),
        normalized_precision_curve(normalized_center_errors(results, truth, policy)),
        frames=len(frame_overlaps),
    )


def mean_score(scores: Sequence[SequenceScore]) -> SequenceScore:
    """Average the scores of sequences without weights, as OTB's tables do; add up their frames.

    Raises:
        DatasetError: there are no scores.
    """
    return _average(scores, np.ones(len(scores)))


def pooled_score(scores: Sequence[SequenceScore]) -> SequenceScore:
    """Join the scores of one sequence's TRE or SRE runs, weighted by their numbers of frames.

    A run that starts late is short and counts for less, as in the OTB toolkit (``genPerfMat``).

    Raises:
        DatasetError: there are no scores.
    """
    return _average(scores, np.array([score.frames for score in scores], dtype=float))


def success_curve(overlaps: ArrayLike, policy: PolicyName = "otb") -> Array:
    """Return the share of overlaps ``(N,)`` strictly above 0, 0.05 .. 1: ``(21,)``, falling."""
    return _shares(overlaps, get_policy(policy).overlap_thresholds, np.greater)


def success_auc(curve: ArrayLike) -> float:
    """Return the area under the success curve ``(21,)``: its mean, at most 20/21."""
    return float(np.mean(np.asarray(curve)))


def precision_curve(center_errors: ArrayLike) -> Array:
    """Return the share of centre errors ``(N,)`` up to 0, 1 .. 50 pixels: ``(51,)``, rising."""
    return _shares(center_errors, PRECISION_THRESHOLDS, np.less_equal)


def precision_at_20px(curve: ArrayLike) -> float:
    """Return the value of the precision curve ``(51,)`` at 20 pixels."""
    return float(np.asarray(curve)[20])


def normalized_precision_curve(normalized_errors: ArrayLike) -> Array:
    """Return the share of normalised errors ``(N,)`` up to 0, 0.01 .. 0.5: ``(51,)``, rising."""
    return _shares(normalized_errors, NORMALIZED_THRESHOLDS, np.less_equal)


def normalized_precision_at_20percent(curve: ArrayLike) -> float:
    """Return the value of the normalised precision curve ``(51,)`` at 0.20."""
    return float(np.asarray(curve)[20])


def _shares(
    values: ArrayLike, thresholds: NDArray[np.float64] | NDArray[np.int_], holds: np.ufunc
) -> Array:
    """Return for each threshold the share of ``values`` for which ``holds(value, threshold)``."""
    shares: Array = holds(np.asarray(values, float)[:, np.newaxis], thresholds).mean(axis=0)
    return shares


def _average(scores: Sequence[SequenceScore], weights: Array) -> SequenceScore:
    """Average the curves with these weights and add up the frames."""
    if not scores:
        raise DatasetError("expected at least one score to average; got none")
    return SequenceScore(
        np.average([score.success_curve for score in scores], axis=0, weights=weights),
        np.average([score.precision_curve for score in scores], axis=0, weights=weights),
        np.average([score.normalized_precision_curve for score in scores], axis=0, weights=weights),
        frames=sum(score.frames for score in scores),
    )
