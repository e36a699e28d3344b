"""Write tiny data sets to disk: pictures of the same few bytes, and text files."""

from pathlib import Path

import cv2
import numpy as np

from tests.real_data import SHARED_DATA

REFERENCE = SHARED_DATA / "otb_reference"
"""The published ground truth of OTB-100, its list of sequences and its attributes."""

_JPEG = cv2.imencode(".jpg", np.full((6, 8, 3), 90, np.uint8))[1].tobytes()


def write_pictures(folder: Path, numbers, digits: int = 4, suffix: str = ".jpg") -> None:
    """Write a picture of 8 x 6 pixels for each of the numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (folder / f"{number:0{digits}}{suffix}").write_bytes(_JPEG)


def write_rows(path: Path, rows, separator: str = ",") -> Path:
    """Write one row per line; make the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(separator.join(map(str, row)) + "\n" for row in rows))
    return path


def moving_boxes(count: int) -> list[tuple[int, int, int, int]]:
    """Return boxes as a 1-based file has them; the first is at the first pixel."""
    return [(1 + i, 1 + 2 * i, 30, 20) for i in range(count)]
