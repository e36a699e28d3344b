"""Success, precision and their averages, to the last digit of the published figures.

From boxes to a table, for boxes ``(N, 4)`` as in :mod:`tracker.boxes`, one row per frame::

    results, truth = align(results, truth)               # once per sequence
    score = score_sequence(results, truth)               # score.success_auc, score.precision_20
    table = mean_score(scores)                           # plain mean over sequences

The conventions that decide the second digit, each as in the OTB toolkit (Wu, Lim, Yang: "Object
Tracking Benchmark", PAMI 2015):

* success counts overlaps strictly **above** a threshold, so a perfect tracker has AUC 20/21;
* the AUC is the mean of 21 points, the precision is counted **up to and including** 20 pixels;
* the first frame counts, and its result is the ground truth;
* every frame stays in the denominator, also one without valid ground truth;
* frames are averaged per sequence, then sequences, long or short, count the same.

``policy`` names the toolkit whose treatment of odd frames to follow: ``"otb"`` (default),
``"got10k"`` or ``"pysot"``; :mod:`tracker.evaluation.policies` has the table. GOT-10k's own
protocol (AO, SR50, SR75) is :func:`got10k_overlaps` and :func:`got10k_score`. For the robustness
protocols, start at :func:`tre_starts` or from :func:`sre_boxes`, score each run with
:func:`score_sequence`, and join the runs of a sequence with :func:`pooled_score`.

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
from tracker.evaluation.policies import POLICIES, align, get_policy
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
"""Centre errors in pixels at which precision is taken."""

NORMALIZED_THRESHOLDS = np.arange(51) / 100
"""Centre errors, as shares of the target's width and height, for normalised precision."""


@dataclass(frozen=True, eq=False)
class SequenceScore:
    """The curves of one sequence, or their average over several; all values in [0, 1]."""

    success_curve: Array  # (21,), share of frames with an overlap above 0, 0.05 .. 1
    precision_curve: Array  # (51,), share of frames with a centre error up to 0, 1 .. 50 pixels
    normalized_precision_curve: Array  # (51,), the same up to 0, 0.01 .. 0.5 of the target's size
    frames: int  # frames behind the curves

    @property
    def success_auc(self) -> float:
        """Mean of the success curve, at most 20/21."""
        return success_auc(self.success_curve)

    @property
    def success_50(self) -> float:
        """Share of frames with an overlap above 0.5."""
        return float(self.success_curve[10])

    @property
    def precision_20(self) -> float:
        """Share of frames with a centre error of at most 20 pixels."""
        return precision_at_20px(self.precision_curve)

    @property
    def normalized_precision_20(self) -> float:
        """Share of frames with a centre error of at most 0.20 of the target's size."""
        return normalized_precision_at_20percent(self.normalized_precision_curve)


def score_sequence(results: ArrayLike, truth: ArrayLike, policy: str = "otb") -> SequenceScore:
    """Score one run over one sequence.

    Args:
        results: ``(N, 4)`` boxes of the tracker; the first is the one it was started with.
        truth: ``(N, 4)`` boxes of the ground truth; see :func:`align` for other lengths.
        policy: ``"otb"``, ``"got10k"`` or ``"pysot"``.

    Raises:
        DatasetError: different numbers of rows, or no frame that counts.
        ValueError: no such policy.
    """
    frame_overlaps = overlaps(results, truth, policy)
    return SequenceScore(
        success_curve(frame_overlaps, policy),
        precision_curve(center_errors(results, truth, policy)),
        normalized_precision_curve(normalized_center_errors(results, truth, policy)),
        frames=len(frame_overlaps),
    )


def mean_score(scores: Sequence[SequenceScore]) -> SequenceScore:
    """Plain mean over sequences, the figure that OTB tables print; frames are added up.

    Raises:
        DatasetError: no scores.
    """
    return _average(scores, np.ones(len(scores)))


def pooled_score(scores: Sequence[SequenceScore]) -> SequenceScore:
    """Join the runs of one sequence in TRE or SRE: add up all frames, whichever run they are of.

    A run that starts late is short and counts for less, as in the OTB toolkit (``genPerfMat``).

    Raises:
        DatasetError: no scores.
    """
    return _average(scores, np.array([score.frames for score in scores], dtype=float))


def success_curve(overlaps: ArrayLike, policy: str = "otb") -> Array:
    """Share of overlaps ``(N,)`` strictly above 0, 0.05 .. 1: ``(21,)``, falling."""
    return _shares(overlaps, get_policy(policy).overlap_thresholds, np.greater)


def success_auc(curve: ArrayLike) -> float:
    """Area under the success curve ``(21,)``: its mean, at most 20/21."""
    return float(np.mean(curve))


def precision_curve(center_errors: ArrayLike) -> Array:
    """Share of centre errors ``(N,)`` of at most 0, 1 .. 50 pixels: ``(51,)``, rising."""
    return _shares(center_errors, PRECISION_THRESHOLDS, np.less_equal)


def precision_at_20px(curve: ArrayLike) -> float:
    """The value of the precision curve ``(51,)`` at 20 pixels."""
    return float(np.asarray(curve)[20])


def normalized_precision_curve(normalized_errors: ArrayLike) -> Array:
    """Share of normalised centre errors ``(N,)`` of at most 0, 0.01 .. 0.5: ``(51,)``, rising."""
    return _shares(normalized_errors, NORMALIZED_THRESHOLDS, np.less_equal)


def normalized_precision_at_20percent(curve: ArrayLike) -> float:
    """The value of the normalised precision curve ``(51,)`` at 0.20."""
    return float(np.asarray(curve)[20])


def _shares(values: ArrayLike, thresholds: NDArray, holds: np.ufunc) -> Array:
    return holds(np.asarray(values, dtype=np.float64)[:, np.newaxis], thresholds).mean(axis=0)


def _average(scores: Sequence[SequenceScore], weights: Array) -> SequenceScore:
    if not scores:
        raise DatasetError("expected at least one score to average; got none")
    return SequenceScore(
        np.average([score.success_curve for score in scores], axis=0, weights=weights),
        np.average([score.precision_curve for score in scores], axis=0, weights=weights),
        np.average([score.normalized_precision_curve for score in scores], axis=0, weights=weights),
        frames=sum(score.frames for score in scores),
    )
