"""Where the network looks: exemplar and search geometry, and the crop itself.

The geometry is that of the SiamFC paper, section 2.4 and its reference code: the exemplar is a
square around the box with a margin of context, of side

    exemplar_extent = sqrt((w + 2 p) (h + 2 p)),   2 p = context_amount (w + h),

which is resized to ``exemplar_size``; the search region is the square around the same centre that
``search_size`` pixels cover at the same zoom. What lies outside the frame takes the mean colour.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.frames import Frame

Color = tuple[float, float, float]


def exemplar_extent(width: float, height: float, context_amount: float = 0.5) -> float:
    """Side of the exemplar square (s_z in the paper) in frame pixels, for a box in pixels."""
    margin = context_amount * (width + height)
    return math.sqrt((width + margin) * (height + margin))


def search_extent(exemplar_extent: float, exemplar_size: int, search_size: int) -> float:
    """Side of the search square (s_x in the paper) in frame pixels."""
    return exemplar_extent * search_size / exemplar_size


def scale_factors(num_scales: int, scale_step: float) -> NDArray[np.float64]:
    """The zooms to search at, smallest first: ``scale_step ** (-n, ..., 0, ..., n)``."""
    return scale_step ** np.arange(-(num_scales // 2), num_scales // 2 + 1, dtype=np.float64)


def mean_color(frame: Frame) -> Color:
    """Mean of each channel of a frame, 0 to 255."""
    red, green, blue, _ = cv2.mean(frame)
    return red, green, blue


def crop_squares(
    frame: Frame, center: tuple[float, float], extents: Sequence[float], size: int, fill: Color
) -> NDArray[np.uint8]:
    """Cut concentric squares out of a frame and resize each to ``size`` x ``size`` pixels.

    Args:
        frame: RGB, ``(H, W, 3)`` uint8.
        center: common centre ``(x, y)`` of the squares, continuous frame coordinates.
        extents: side of each square in frame pixels, > 0.
        size: side of each crop in pixels.
        fill: colour outside the frame.

    Returns:
        Crops ``(len(extents), size, size, 3)`` uint8, sampled bilinearly at sub-pixel positions,
        with an area filter before it where a square shrinks to half its size or less.
    """
    smaller, offset, reduction = _reduced(frame, center, max(extents), min(extents) / size)
    crops = np.empty((len(extents), size, size, 3), np.uint8)
    # warpAffine counts from the centre of the first pixel, our coordinates from its corner.
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
    frame: Frame, center: tuple[float, float], extent: float, shrink: float
) -> tuple[Frame, tuple[int, int], int]:
    """The part of a frame around a square, shrunk by a whole factor so that sampling it is sharp.

    Returns:
        The shrunk part, the frame position of its corner, and the factor; the frame itself and
        factor 1 where nothing is to be shrunk.
    """
    reduction = int(shrink)
    height, width = frame.shape[:2]
    left, right = _span(center[0], extent + 2 * reduction, width)
    top, bottom = _span(center[1], extent + 2 * reduction, height)
    if reduction < 2 or left >= right or top >= bottom:
        return frame, (0, 0), 1
    return shrunk(frame[top:bottom, left:right], reduction), (left, top), reduction


def shrunk(picture: Frame, reduction: int) -> Frame:
    """A picture whose every ``reduction`` x ``reduction`` pixels are averaged to one."""
    rows, columns = -picture.shape[0] % reduction, -picture.shape[1] % reduction
    if rows or columns:  # whole blocks only, or the edge of the picture would be lost
        picture = cv2.copyMakeBorder(picture, 0, rows, 0, columns, cv2.BORDER_REPLICATE)
    target = (picture.shape[1] // reduction, picture.shape[0] // reduction)
    return cv2.resize(picture, target, interpolation=cv2.INTER_AREA)


def _span(center: float, extent: float, limit: int) -> tuple[int, int]:
    first = min(max(math.floor(center - extent / 2), 0), limit)
    last = min(max(math.ceil(center + extent / 2), 0), limit)
    return first, last
