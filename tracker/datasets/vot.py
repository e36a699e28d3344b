"""Read VOT short-term sequences (2013 to 2019): boxes or polygons.

``list.txt`` names the sequences; without it every folder that has a ground truth is one. Each has
``<sequence>/groundtruth.txt``, with four numbers ``x, y, w, h`` or the four corners of a polygon
per line, and its pictures in ``<sequence>/color/`` or in the folder itself. Coordinates are taken
as 0-based: VOT does not state it, but its own Python examples index pictures with them unchanged.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tracker.datasets.numbered import all_pictures
from tracker.datasets.sequence import Sequence, choose
from tracker.errors import DatasetError
from tracker.formats.text import read_names, read_rows

Boxes = NDArray[np.float64]
Polygons = NDArray[np.float64]
Conversion = Literal["bounds", "area"]
"""How a polygon becomes a box: `polygon_bounds` or `polygon_area_box`."""


def load_vot(
    root: str | Path, names: Iterable[str] | None = None, polygons: Conversion = "bounds"
) -> list[Sequence]:
    """Read VOT sequences in the order of ``list.txt``.

    Args:
        root: the folder with the sequences.
        names: only these sequences.
        polygons: how four corners become a box: ``"bounds"`` (see ``polygon_bounds``) or
            ``"area"`` (see ``polygon_area_box``).

    Raises:
        DatasetError: a sequence is missing, or one of its files cannot be read.
    """
    if polygons not in _CONVERSIONS:
        raise DatasetError(f"expected polygons as {' or '.join(_CONVERSIONS)}; got {polygons!r}")
    root = Path(root)
    listing = root / "list.txt"
    if listing.is_file():
        available = read_names(listing)
    else:
        available = sorted(path.parent.name for path in root.glob("*/groundtruth.txt"))
    convert = _CONVERSIONS[polygons]
    return [_load(root / name, convert) for name in choose(available, names, root)]


def polygon_bounds(polygons: Polygons) -> Boxes:
    """Return the smallest boxes ``(N, 4)`` around polygons ``(N, 8)`` ``(x1, y1, ..., x4, y4)``."""
    low, high = _corners(polygons)
    return np.concatenate([low, high - low], axis=1)


def polygon_area_box(polygons: Polygons) -> Boxes:
    """Return boxes with about the area of the polygons, as VOT's toolkit and pysot do.

    The bounds are scaled about the mean of the corners by the root of ``area of the rotated
    rectangle / area of the bounds``, then made one pixel larger, since the corners are the
    centres of pixels: ``w = s * (right - left) + 1``, ``x = centre - (w - 1) / 2``.

    Args:
        polygons: ``(N, 8)``, the corners of rotated rectangles in order.

    Returns:
        ``(N, 4)``; NaN where a polygon is NaN or its bounds have no area.
    """
    low, high = _corners(polygons)
    first, second, third, _ = polygons.reshape(-1, 4, 2).transpose(1, 0, 2)
    area = np.linalg.norm(first - second, axis=1) * np.linalg.norm(second - third, axis=1)
    bounds = np.prod(high - low, axis=1)
    share = np.divide(area, bounds, out=np.full_like(area, np.nan), where=bounds > 0)
    sides = np.sqrt(share)[:, None] * (high - low)
    centre = polygons.reshape(-1, 4, 2).mean(axis=1)
    return np.concatenate([centre - sides / 2, sides + 1], axis=1)


_CONVERSIONS: dict[Conversion, Callable[[Polygons], Boxes]] = {
    "bounds": polygon_bounds,
    "area": polygon_area_box,
}


def _corners(polygons: Polygons) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the greatest x and y of each polygon, ``(N, 2)`` each."""
    points = polygons.reshape(-1, 4, 2)
    return points.min(axis=1), points.max(axis=1)


def _load(folder: Path, convert: Callable[[Polygons], Boxes]) -> Sequence:
    """Read one sequence."""
    truth = folder / "groundtruth.txt"
    rows = read_rows(truth, columns=(4, 8))
    boxes = convert(rows) if rows.shape[1] == 8 else rows
    color = folder / "color"
    pictures = all_pictures(color if color.is_dir() else folder, len(rows), truth)
    return Sequence(folder.name, pictures, boxes)
