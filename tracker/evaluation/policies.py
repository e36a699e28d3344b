"""The rules of three benchmark toolkits: which frames count, and which thresholds are used.

===========================================  ==============  ===========  =============
rule                                         ``otb``         ``got10k``   ``pysot``
===========================================  ==============  ===========  =============
first row of the results becomes             the truth's     the truth's  (unchanged)
result with NaN or without area becomes      the row before  (unchanged)  (unchanged)
frame with NaN in the truth                  counts          is dropped   counts
overlap is -1 (a miss) unless truth has      x, y, w, h > 0  (never -1)   w, h > 0
centre error is -1 (a hit) unless truth has  x, y, w, h > 0  (never -1)   centre > 0
overlap thresholds as made by                ``0:0.05:1``    linspace     arange
===========================================  ==============  ===========  =============

``otb`` is the MATLAB toolkit of the OTB benchmark (Wu, Lim, Yang: "Object Tracking Benchmark",
PAMI 2015; ``calcSeqErrRobust`` and ``genPerfMat``), which published OTB figures come from;
``got10k`` is the toolkit of GOT-10k in its OTB and UAV123 experiments; ``pysot`` is the
pysot toolkit. The toolkits compare 1-based coordinates with 0; boxes here are 0-based, so
``x > 0`` there reads ``x > -1`` here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.errors import DatasetError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
PolicyName = Literal["otb", "got10k", "pysot"]

FAR_AWAY = (np.inf, np.inf, 1.0, 1.0)
"""Box used for a missing result row: overlap 0 and an infinite centre error, so always a miss."""


class AlignedBoxes(NamedTuple):
    """Results and ground truth ``(N, 4)`` with the same number of rows."""

    results: Array
    truth: Array


@dataclass(frozen=True)
class Policy:
    """The rules of one toolkit.

    Attributes:
        overlap_thresholds: ``(21,)``, from 0 to 1.
        starts_with_truth: the first result is replaced by the truth.
        repeats_bad_rows: a result with NaN or without area is replaced by the one before it.
        drops_nan_truth: frames with NaN in the truth are left out.
        has_overlap: maps the truth ``(N, 4)`` to ``(N,)``: where an overlap is computed.
        has_center: maps the truth ``(N, 4)`` to ``(N,)``: where a centre error is computed.
    """

    overlap_thresholds: Array
    starts_with_truth: bool
    repeats_bad_rows: bool
    drops_nan_truth: bool
    has_overlap: Callable[[Array], Mask]
    has_center: Callable[[Array], Mask]

    def prepare(self, results: ArrayLike, truth: ArrayLike) -> AlignedBoxes:
        """Return the rows that count, ``(M, 4)``, with bad results replaced.

        Raises:
            DatasetError: different numbers of rows, rows that are not four numbers, or no frame
                left to count.
        """
        results, truth = align(results, truth)
        if self.repeats_bad_rows:
            results = results[_last_good_row(results)]
        if self.starts_with_truth:
            results = np.concatenate([truth[:1], results[1:]])
        if self.drops_nan_truth:
            labelled = ~np.isnan(truth).any(axis=1)
            results, truth = results[labelled], truth[labelled]
        if len(truth) == 0:
            raise DatasetError("expected at least one frame with ground truth; got none")
        return AlignedBoxes(results, truth)


def align(
    results: ArrayLike, truth: ArrayLike, *, skipped_at_start: int = 0, missing_at_end: int = 0
) -> AlignedBoxes:
    """Pair the rows of a result with those of the ground truth.

    Both must have the same number of rows, with two exceptions in the published files of OTB:
    those of Tiger1 start at its sixth frame (``skipped_at_start=5``), and some of Board and
    Twinnings lack the last row (``missing_at_end=1``).

    Args:
        results: ``(n, 4)`` boxes.
        truth: ``(N, 4)`` boxes.
        skipped_at_start: how many rows the result may lack at its start; they do not count.
        missing_at_end: how many rows the result may lack at its end; they count as missed.

    Raises:
        DatasetError: any other number of rows, or rows that are not four numbers.
    """
    results, truth = box_rows(results), box_rows(truth)
    missing = len(truth) - len(results)
    if missing == 0:
        return AlignedBoxes(results, truth)
    if missing == skipped_at_start:
        return AlignedBoxes(results, truth[missing:])
    if missing == missing_at_end:
        missed = np.tile(FAR_AWAY, (missing, 1))
        return AlignedBoxes(np.concatenate([results, missed]), truth)
    allowed = sorted({len(truth) - skipped_at_start, len(truth) - missing_at_end} - {len(truth)})
    raise DatasetError(
        f"expected {' or '.join(map(str, [len(truth), *allowed]))} result rows for "
        f"{len(truth)} rows of ground truth; got {len(results)}"
    )


def get_policy(name: PolicyName) -> Policy:
    """Return the policy called ``name``.

    Raises:
        ValueError: there is no such policy.
    """
    if name not in POLICIES:
        raise ValueError(f"unknown policy {name!r}; known are {', '.join(POLICIES)}")
    return POLICIES[name]


def box_rows(boxes: ArrayLike) -> Array:
    """Return boxes as a float64 array ``(N, 4)``.

    Raises:
        DatasetError: they have any other shape.
    """
    array = np.asarray(boxes, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 4:
        raise DatasetError(f"expected rows of four numbers x, y, w, h; got shape {array.shape}")
    return array


def all_positive(truth: Array) -> Mask:
    """Return which rows ``(N, 4)`` are above 0 in all of OTB's 1-based numbers; NaN is not."""
    positive: Mask = np.all(truth > (-1, -1, 0, 0), axis=1)
    return positive


def _has_area(truth: Array) -> Mask:
    """Return which boxes have a width and a height above 0."""
    positive: Mask = np.all(truth[:, 2:] > 0, axis=1)
    return positive


def _center_positive(truth: Array) -> Mask:
    """Return which boxes have a centre above 0 in 1-based coordinates."""
    one_based_center = (truth[:, :2] + 1) + (truth[:, 2:] - 1) / 2
    positive: Mask = np.all(one_based_center > 0, axis=1)
    return positive


def _every_frame(truth: Array) -> Mask:
    """Return True for every row."""
    return np.ones(len(truth), dtype=bool)


def _last_good_row(results: Array) -> NDArray[np.intp]:
    """Return for each row the index of the last good row up to it; 0 where there is none."""
    bad = np.isnan(results).any(axis=1) | (results[:, 2:] <= 0).any(axis=1)
    return np.maximum.accumulate(np.where(bad, 0, np.arange(len(results))))


def _matlab_range() -> Array:
    """Return MATLAB's ``0:0.05:1``, which counts up from 0 and down from 1 to the middle.

    Five of the values differ from those of ``linspace`` in the last bit. An overlap of exactly
    such a value is above one threshold and not above the other.
    """
    steps = np.arange(10) * 0.05
    return np.concatenate([steps, [0.5], (1.0 - steps)[::-1]])


def _read_only(array: Array) -> Array:
    """Make an array read-only and return it."""
    array.setflags(write=False)
    return array


POLICIES: dict[PolicyName, Policy] = {
    "otb": Policy(
        overlap_thresholds=_read_only(_matlab_range()),
        starts_with_truth=True,
        repeats_bad_rows=True,
        drops_nan_truth=False,
        has_overlap=all_positive,
        has_center=all_positive,
    ),
    "got10k": Policy(
        overlap_thresholds=_read_only(np.linspace(0, 1, 21)),
        starts_with_truth=True,
        repeats_bad_rows=False,
        drops_nan_truth=True,
        has_overlap=_every_frame,
        has_center=_every_frame,
    ),
    "pysot": Policy(
        overlap_thresholds=_read_only(np.arange(0, 1.05, 0.05)),
        starts_with_truth=False,
        repeats_bad_rows=False,
        drops_nan_truth=False,
        has_overlap=_has_area,
        has_center=_center_positive,
    ),
}
"""The rules of each toolkit by the name that ``policy`` arguments take."""
