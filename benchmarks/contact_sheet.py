"""Contact sheets: small frames with boxes and labels, in rows."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike

from tracker.frames import Frame, frame_size

TILE_WIDTH = 240

Color = tuple[int, int, int]


def tile(frame: Frame, marks: Iterable[tuple[ArrayLike, Color]], label: str) -> Frame:
    """A small copy of a frame with a label; marks are boxes ``(x, y, w, h)`` and their colours."""
    marked = frame.copy()
    for box, color in marks:
        x, y, w, h = np.round(box).astype(int).tolist()
        cv2.rectangle(marked, (x, y), (x + w - 1, y + h - 1), color, 2)
    width, height = frame_size(frame)
    small = cv2.resize(marked, (TILE_WIDTH, round(TILE_WIDTH * height / width)))
    cv2.rectangle(small, (0, 0), (9 * len(label), 18), (0, 0, 0), cv2.FILLED)
    cv2.putText(small, label, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255))
    return small


def write_rows(rows: Sequence[Sequence[Frame]], path: Path) -> None:
    """Write rows of tiles, as many in each; the file's suffix is its format."""
    sheet = np.vstack([np.hstack(row) for row in rows])
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
