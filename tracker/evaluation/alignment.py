"""Which row of a result is about which row of its sequence."""

import numpy as np
from numpy.typing import NDArray

from tracker.datasets.sequence import Sequence
from tracker.evaluation.policies import align

Array = NDArray[np.float64]


def on_sequence(boxes: Array, sequence: Sequence) -> Array:
    """Move result boxes ``(n, 4)`` so that row ``i`` is about row ``i`` of the sequence.

    Results that start where the published protocol does get rows of NaN before them.
    """
    if len(boxes) > len(sequence) - sequence.skipped:
        return boxes
    return np.concatenate([np.full((sequence.skipped, 4), np.nan), boxes])


def scored_rows(boxes: Array, sequence: Sequence) -> tuple[Array, Array]:
    """The rows of results and of the truth that are scored, as many of both.

    Args:
        boxes: as ``on_sequence`` returns them. They may lack what published files lack: the rows
            that the protocol leaves out at the start, and a last row in which the object is not
            visible.
        sequence: what they are about.

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
