"""Contact sheets of composited sequences, with the truth drawn in."""

from pathlib import Path

import cv2
import numpy as np

from tracker.datasets.composited import Composite
from tracker.frames import Frame

COLUMNS = 8
TILE_WIDTH = 240
PRESENT, PARTLY = (38, 208, 124), (255, 184, 28)


def write_sheet(composite: Composite, path: Path) -> None:
    """Write what happens around both absences, a row for each: green is present, amber partly."""
    rows = [np.hstack([_tile(composite, index) for index in row]) for row in _moments(composite)]
    sheet = np.vstack(rows)
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def _moments(composite: Composite) -> list[list[int]]:
    """For each absence the frames from some before it until some after it, ``COLUMNS`` each."""
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
    frame = composite.paint(index).copy()
    box = composite.boxes[index]
    if np.isfinite(box).all():
        color = PRESENT if composite.present[index] else PARTLY
        x, y, w, h = np.round(box).astype(int).tolist()
        cv2.rectangle(frame, (x, y), (x + w - 1, y + h - 1), color, 2)
    width, height = composite.size
    tile = cv2.resize(frame, (TILE_WIDTH, round(TILE_WIDTH * height / width)))
    label = f"{index}: {composite.visibility[index]:.2f}"
    cv2.rectangle(tile, (0, 0), (9 * len(label), 18), (0, 0, 0), cv2.FILLED)
    cv2.putText(tile, label, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255))
    return tile
