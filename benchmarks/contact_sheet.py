"""Write contact sheets: rows of small frames with boxes and labels."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike

from tracker.frames import Frame, frame_size

TILE_WIDTH = 240

Color = tuple[int, int, int]
"""Red, green, blue, each 0..255."""


def tile(frame: Frame, marks: Iterable[tuple[ArrayLike, Color]], label: str) -> Frame:
    """Return a small copy of a frame with a label and boxes.

    Args:
        frame: any size.
        marks: boxes ``(x, y, w, h)`` in frame pixels, each with its colour.
        label: text for the upper left corner.
    """
    marked = frame.copy()
    for box, color in marks:
        x, y, w, h = np.round(np.asarray(box, float)).astype(int).tolist()
        cv2.rectangle(marked, (x, y), (x + w - 1, y + h - 1), color, 2)
    width, height = frame_size(frame)
    small = cv2.resize(marked, (TILE_WIDTH, round(TILE_WIDTH * height / width)))
    cv2.rectangle(small, (0, 0), (9 * len(label), 18), (0, 0, 0), cv2.FILLED)
    cv2.putText(small, label, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255))
    return np.asarray(small, np.uint8)


def write_rows(rows: Sequence[Sequence[Frame]], path: Path) -> None:
    """Write rows of equally many tiles; the file's suffix picks the format."""
    sheet = np.vstack([np.hstack(row) for row in rows])
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
