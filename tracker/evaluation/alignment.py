"""Line up the rows of a result with the frames of its sequence."""

import numpy as np
from numpy.typing import NDArray

from tracker.datasets.sequence import Sequence
from tracker.evaluation.policies import AlignedBoxes, align

Array = NDArray[np.float64]


def on_sequence(boxes: Array, sequence: Sequence) -> Array:
    """Return result boxes ``(n, 4)`` with row ``i`` for frame ``i`` of the sequence.

    A result that leaves out the frames which the published protocol skips gets rows of NaN for
    them.
    """
    if len(boxes) > len(sequence) - sequence.skipped:
        return boxes
    return np.concatenate([np.full((sequence.skipped, 4), np.nan), boxes])


def scored_rows(boxes: Array, sequence: Sequence) -> AlignedBoxes:
    """Return the rows of the result and of the ground truth that are scored.

    Args:
        boxes: as ``on_sequence`` returns them. Rows that published files leave out may be missing:
            those that the protocol skips at the start, and a last row in which the object is not
            visible.
        sequence: the sequence with its ground truth.

    Raises:
        DatasetError: any other number of rows.
    """
    skipped = sequence.skipped if np.isnan(boxes[: sequence.skipped]).all() else 0
    return align(
        boxes[skipped:],
        sequence.boxes,
        skipped_at_start=skipped,
        missing_at_end=int(not sequence.visible[-1]),
    )
