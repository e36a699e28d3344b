"""Which frames count, and how: the rules of three benchmark toolkits as data.

======================================  ===============  ============  ========================
rule                                    ``otb``          ``got10k``    ``pysot``
======================================  ===============  ============  ========================
first row of the results                truth's          truth's       as it is
result with NaN or without area         repeats the one  as it is      as it is
                                        before
frame with NaN in the truth             counts           is dropped    counts
overlap is -1, a miss, unless truth's   x, y, w, h > 0   (never)       w, h > 0
centre error is -1, a hit, unless its   x, y, w, h > 0   (never)       centre x, y > 0
thresholds of the overlap               ``0:0.05:1``     ``linspace``  ``arange``
======================================  ===============  ============  ========================

``otb`` is the MATLAB toolkit of the OTB benchmark (Wu, Lim, Yang: "Object Tracking Benchmark",
PAMI 2015; ``calcSeqErrRobust`` and ``genPerfMat``), the one behind published OTB figures;
``got10k`` is the toolkit of GOT-10k in its OTB and UAV123 experiments; ``pysot`` is the
pysot toolkit. The toolkits compare 1-based coordinates with 0; boxes here are 0-based, so
``x > 0`` there reads ``x > -1`` here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.errors import DatasetError

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FAR_AWAY = (np.inf, np.inf, 1.0, 1.0)
"""Stands for a result row that does not exist: overlap 0, centre error infinite, never a hit."""


@dataclass(frozen=True)
class Policy:
    """The rules of one toolkit; each ``Callable`` takes the truth ``(N, 4)`` and gives ``(N,)``."""

    overlap_thresholds: Array  # (21,), from 0 to 1
    starts_with_truth: bool
    repeats_bad_rows: bool
    drops_nan_truth: bool
    has_overlap: Callable[[Array], Mask]
    has_center: Callable[[Array], Mask]

    def prepare(self, results: ArrayLike, truth: ArrayLike) -> tuple[Array, Array]:
        """Return the rows that count, results and truth ``(M, 4)``, with bad results repaired.

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
        return results, truth


def align(
    results: ArrayLike, truth: ArrayLike, *, skipped_at_start: int = 0, missing_at_end: int = 0
) -> tuple[Array, Array]:
    """Pair the rows of a result file with those of the ground truth.

    Both files must have as many rows as each other. The two exceptions are sequences that a
    table of the data set names: published files of Tiger1 start at its sixth frame
    (``skipped_at_start=5``), some of Board and Twinnings lack the last row (``missing_at_end=1``).

    Args:
        results: ``(n, 4)`` boxes.
        truth: ``(N, 4)`` boxes.
        skipped_at_start: rows of the truth without a result that the sequence may start with;
            they do not count.
        missing_at_end: rows that the result may lack at its end; they count as missed.

    Returns:
        Results and truth with the same number of rows.

    Raises:
        DatasetError: any other number of rows, or rows that are not four numbers.
    """
    results, truth = box_rows(results), box_rows(truth)
    missing = len(truth) - len(results)
    if missing == 0:
        return results, truth
    if missing == skipped_at_start:
        return results, truth[missing:]
    if missing == missing_at_end:
        return np.concatenate([results, np.tile(FAR_AWAY, (missing, 1))]), truth
    allowed = sorted({len(truth) - skipped_at_start, len(truth) - missing_at_end} - {len(truth)})
    raise DatasetError(
        f"expected {' or '.join(map(str, [len(truth), *allowed]))} result rows for "
        f"{len(truth)} rows of ground truth; got {len(results)}"
    )


def get_policy(name: str) -> Policy:
    """The policy of that name.

    Raises:
        ValueError: no such policy.
    """
    if name not in POLICIES:
        raise ValueError(f"unknown policy {name!r}; known are {', '.join(POLICIES)}")
    return POLICIES[name]


def box_rows(boxes: ArrayLike) -> Array:
    """Boxes as an array ``(N, 4)``.

    Raises:
        DatasetError: any other shape.
    """
    array = np.asarray(boxes, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 4:
        raise DatasetError(f"expected rows of four numbers x, y, w, h; got shape {array.shape}")
    return array


def all_positive(truth: Array) -> Mask:
    """Where all four numbers of a row are above 0 in OTB's 1-based coordinates; NaN is not."""
    return (truth > (-1, -1, 0, 0)).all(axis=1)


def _has_area(truth: Array) -> Mask:
    return (truth[:, 2:] > 0).all(axis=1)


def _center_positive(truth: Array) -> Mask:
    one_based_center = (truth[:, :2] + 1) + (truth[:, 2:] - 1) / 2
    return (one_based_center > 0).all(axis=1)


def _every_frame(truth: Array) -> Mask:
    return np.ones(len(truth), dtype=bool)


def _last_good_row(results: Array) -> NDArray[np.intp]:
    """For each row the index of the last good one up to it; row 0 where there is none."""
    bad = np.isnan(results).any(axis=1) | (results[:, 2:] <= 0).any(axis=1)
    return np.maximum.accumulate(np.where(bad, 0, np.arange(len(results))))


def _matlab_range() -> Array:
    """MATLAB's ``0:0.05:1``: it counts up from 0 to the middle and down from 1 to the middle.

    Five of the values differ from ``linspace``'s in the last bit, and an overlap of exactly that
    value then falls on the other side.
    """
    steps = np.arange(10) * 0.05
    return np.concatenate([steps, [0.5], (1.0 - steps)[::-1]])


def _read_only(array: Array) -> Array:
    array.setflags(write=False)
    return array


POLICIES = {
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
"""The rules of each toolkit, by the name that ``policy`` arguments take."""
