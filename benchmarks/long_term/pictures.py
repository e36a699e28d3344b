"""Write contact sheets of composited sequences, with the true boxes."""

from pathlib import Path

import numpy as np

from benchmarks.contact_sheet import tile, write_rows
from tracker.frames import Frame
from tracker.synthetic.composited import Composite

PRESENT, PARTLY = (38, 208, 124), (255, 184, 28)  # colours of the box


def write_sheet(composite: Composite, path: Path) -> None:
    """Write a row for each absence; the box is green if the object is present, amber if partly."""
    write_rows([[_tile(composite, index) for index in row] for row in _moments(composite)], path)


def _moments(composite: Composite) -> list[list[int]]:
    """Return for each absence eight frames, from before it until after it."""
    edges = np.flatnonzero(np.diff(composite.absent.astype(int))) + 1
    return [
        [
            start - 30,
            start - 4,
            start,
            (start + stop) // 2,
            stop - 1,
            stop + 3,
            stop + 12,
            stop + 30,
        ]
        for start, stop in edges.reshape(-1, 2).tolist()
    ]


def _tile(composite: Composite, index: int) -> Frame:
    """Return frame ``index``, small, with its box and its visibility."""
    box = composite.boxes[index]
    color = PRESENT if composite.present[index] else PARTLY
    marks = [(box, color)] if np.isfinite(box).all() else []
    return tile(composite.paint(index), marks, f"{index}: {composite.visibility[index]:.2f}")
