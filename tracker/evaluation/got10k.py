"""Score by GOT-10k's protocol: average overlap (AO) and success rates (SR) over pooled frames.

Huang, Zhao, Huang: "GOT-10k: A Large High-Diversity Benchmark for Generic Object Tracking in the
Wild", PAMI 2021; ``got10k/experiments/got10k.py`` of its toolkit. Unlike OTB's, this protocol
leaves out the first frame and the frames without the target, and long sequences count for more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.boxes import overlap
from tracker.errors import DatasetError
from tracker.evaluation.policies import align

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Got10kScore:
    """AO and SR over the frames of all sequences.

    Attributes:
        ao: mean overlap, in [0, 1].
        sr50: share of frames with an overlap above 0.5.
        sr75: share of frames with an overlap above 0.75.
        frames: how many frames were counted.
    """

    ao: float
    sr50: float
    sr75: float
    frames: int


def got10k_overlaps(
    results: ArrayLike,
    truth: ArrayLike,
    frame_size: tuple[int, int],
    visible: ArrayLike | None = None,
) -> Array:
    """Return the overlaps of the frames that count: all but the first, if they show the target.

    Args:
        results: ``(N, 4)`` boxes of the tracker.
        truth: ``(N, 4)`` boxes of the ground truth.
        frame_size: ``(width, height)`` in pixels; both boxes are moved and cut to fit.
        visible: ``(N,)``, above 0 where the target can be seen (the data set's ``cover``); None
            means everywhere.

    Returns:
        Values in [0, 1], one per frame that counts.

    Raises:
        DatasetError: the arguments have different numbers of rows.
    """
    results, truth = align(results, truth)
    seen = np.ones(len(truth)) if visible is None else np.asarray(visible)
    if seen.shape != (len(truth),):
        raise DatasetError(f"expected {len(truth)} values of visibility; got shape {seen.shape}")
    counts = np.flatnonzero(seen[1:] > 0) + 1
    first, second = (_fit(boxes[counts], frame_size) for boxes in (results, truth))
    return np.minimum(overlap(first, second), 1)


def got10k_score(overlaps: Sequence[ArrayLike]) -> Got10kScore:
    """Compute AO and SR over the pooled overlaps of all sequences.

    Args:
        overlaps: for each sequence, what :func:`got10k_overlaps` returned.

    Raises:
        DatasetError: there is no overlap at all.
    """
    pooled = np.concatenate([np.zeros(0), *(np.asarray(values, float) for values in overlaps)])
    if pooled.size == 0:
        raise DatasetError("expected at least one frame with a visible target; got none")
    return Got10kScore(
        ao=float(pooled.mean()),
        sr50=float((pooled > 0.5).mean()),
        sr75=float((pooled > 0.75).mean()),
        frames=pooled.size,
    )


def _fit(boxes: Array, frame_size: tuple[int, int]) -> Array:
    """Fit boxes into the frame as the toolkit does: one that starts left of it is moved, not cut.

    The same holds for one that starts above it; right and bottom edges are cut.
    """
    corner = np.clip(boxes[:, :2], 0, frame_size)
    return np.concatenate([corner, np.clip(boxes[:, 2:], 0, frame_size - corner)], axis=1)
