"""A green object on gray pictures: its pixels tell it from everything else."""

from pathlib import Path

import cv2
import numpy as np

from tracker.datasets.sequence import Sequence

SIZE = (160, 120)
WIDTH, HEIGHT = 30, 24  # of the object
GREEN = (0, 255, 0)


def grays(seed: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return a picture without any colour."""
    shade = np.random.default_rng(seed).integers(60, 200, (size[1], size[0], 1), np.uint8)
    return np.repeat(shade, 3, axis=2)


def write_clip(folder: Path, corners, size: tuple[int, int] = SIZE) -> Sequence:
    """Write a clip of the object with its corner at each of the places."""
    folder.mkdir(parents=True, exist_ok=True)
    paths, boxes = [], []
    for number, (x, y) in enumerate(corners):
        picture = grays(0, size)
        picture[y : y + HEIGHT, x : x + WIDTH] = GREEN
        paths.append(folder / f"{number:04}.png")
        assert cv2.imwrite(str(paths[-1]), picture[..., ::-1])
        boxes.append((x, y, WIDTH, HEIGHT))
    return Sequence(folder.name, tuple(paths), boxes)


def zigzag(folder: Path) -> Sequence:
    """Write a clip in which the object goes to the left border, then to the lower right corner."""
    corners = [(50 - 5 * i, 40) for i in range(11)] + [(10 * i, 40 + 4 * i) for i in range(1, 14)]
    return write_clip(folder, corners)


def greenness(frame: np.ndarray) -> np.ndarray:
    """Return how green each pixel is: ``(H, W)`` from 0 to 255."""
    others = np.maximum(frame[..., 0], frame[..., 2])
    return np.maximum(frame[..., 1], others) - others


def tight_box(green: np.ndarray) -> tuple[int, int, int, int]:
    """Return the box around what is at least half green."""
    columns, rows = (np.flatnonzero(green.max(axis=axis) > 127) for axis in (0, 1))
    return (columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0])
