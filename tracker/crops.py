"""The squares that the network sees: their geometry, and how they are cut out of a frame.

The geometry is that of the SiamFC paper, section 2.4 and its reference code: the exemplar is a
square around the box with a margin of context, of side

    exemplar_extent = sqrt((w + 2 p) (h + 2 p)),   2 p = context_amount (w + h),

which is resized to ``exemplar_size``; the search region is the square around the same centre that
``search_size`` pixels cover at the same zoom. Pixels outside the frame take its mean colour.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.frames import Frame

Color = tuple[float, float, float]
Point = tuple[float, float] | NDArray[np.float64]
"""``(x, y)`` in frame pixels."""


def exemplar_extent(width: float, height: float, context_amount: float = 0.5) -> float:
    """Return the side of the exemplar square (s_z in the paper) in frame pixels.

    Args:
        width: of the box, in pixels.
        height: of the box, in pixels.
        context_amount: margin on each side of the box, as a share of (width + height) / 2.
    """
    margin = context_amount * (width + height)
    return math.sqrt((width + margin) * (height + margin))


def search_extent(exemplar_extent: float, exemplar_size: int, search_size: int) -> float:
    """Return the side of the search square (s_x in the paper) in frame pixels."""
    return exemplar_extent * search_size / exemplar_size


def scale_factors(num_scales: int, scale_step: float) -> NDArray[np.float64]:
    """Return the factors on the search square, in rising order: ``scale_step ** (-n, ..., n)``."""
    return scale_step ** np.arange(-(num_scales // 2), num_scales // 2 + 1, dtype=np.float64)


def mean_color(frame: Frame) -> Color:
    """Return the mean of each channel of a frame, 0 to 255."""
    red, green, blue, _ = cv2.mean(frame)
    return red, green, blue


def crop_squares(
    frame: Frame, center: Point, extents: Sequence[float], size: int, fill: Color
) -> NDArray[np.uint8]:
    """Cut concentric squares out of a frame and resize each to ``size`` x ``size`` pixels.

    Args:
        frame: RGB, ``(H, W, 3)`` uint8.
        center: common centre ``(x, y)`` of the squares, in continuous frame coordinates.
        extents: side of each square in frame pixels, > 0.
        size: side of each crop in pixels.
        fill: colour outside the frame.

    Returns:
        Crops ``(len(extents), size, size, 3)`` uint8, sampled bilinearly at sub-pixel positions;
        an area filter is applied first if the smallest square shrinks to half its size or less.
    """
    smaller, offset, reduction = _reduced(frame, center, max(extents), min(extents) / size)
    crops = np.empty((len(extents), size, size, 3), np.uint8)
    # warpAffine measures from the centre of the first pixel, our coordinates from its corner.
    x = (center[0] - offset[0]) / reduction - 0.5
    y = (center[1] - offset[1]) / reduction - 0.5
    middle = (size - 1) / 2
    for crop, extent in zip(crops, extents, strict=True):
        zoom = size * reduction / extent
        matrix = np.array([[zoom, 0, middle - zoom * x], [0, zoom, middle - zoom * y]])
        cv2.warpAffine(
            smaller,
            matrix,
            (size, size),
            dst=crop,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=fill,
        )
    return crops


def _reduced(
    frame: Frame, center: Point, extent: float, shrink: float
) -> tuple[Frame, tuple[int, int], int]:
    """Shrink the part of a frame around a square by a whole factor, against aliasing.

    Args:
        frame: RGB.
        center: centre ``(x, y)`` of the square.
        extent: side of the square in frame pixels.
        shrink: frame pixels per pixel of the crop.

    Returns:
        The shrunk part, the frame position of its corner, and the factor: ``shrink`` rounded down.
        Below factor 2, the frame itself and factor 1.
    """
    reduction = int(shrink)
    height, width = frame.shape[:2]
    left, right = _span(center[0], extent + 2 * reduction, width)
    top, bottom = _span(center[1], extent + 2 * reduction, height)
    if reduction < 2 or left >= right or top >= bottom:
        return frame, (0, 0), 1
    return shrunk(frame[top:bottom, left:right], reduction), (left, top), reduction


def shrunk(picture: Frame, reduction: int) -> Frame:
    """Shrink a picture: average every ``reduction`` x ``reduction`` pixels to one."""
    rows, columns = -picture.shape[0] % reduction, -picture.shape[1] % reduction
    if rows or columns:  # fill up to whole blocks, or the edge of the picture would be lost
        picture = _as_uint8(cv2.copyMakeBorder(picture, 0, rows, 0, columns, cv2.BORDER_REPLICATE))
    target = (picture.shape[1] // reduction, picture.shape[0] // reduction)
    return _as_uint8(cv2.resize(picture, target, interpolation=cv2.INTER_AREA))


def _as_uint8(picture: cv2.typing.MatLike) -> Frame:
    """Tell the type checker what OpenCV leaves open: no conversion happens."""
    return np.asarray(picture, np.uint8)


def _span(center: float, extent: float, limit: int) -> tuple[int, int]:
    """Return first and one past the last pixel of an interval, within 0 to ``limit``."""
    first = min(max(math.floor(center - extent / 2), 0), limit)
    last = min(max(math.ceil(center + extent / 2), 0), limit)
    return first, last
