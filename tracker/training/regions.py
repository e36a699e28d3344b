"""Geometry of training crops: the tracker's squares, moved, stretched, turned and mirrored.

A plain crop is that of ``tracker.crops``: ``exemplar_extent`` around the box, resized to
``exemplar_size``; the search crop has the same zoom and a side of ``search_size`` pixels. All
coordinates are continuous: pixel ``i`` covers ``[i, i + 1)``, the middle of a crop is ``size / 2``.
An ``AffineMap`` is a ``(2, 3)`` matrix from picture coordinates to crop coordinates.
"""

import math
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.crops import Color, exemplar_extent, shrunk
from tracker.frames import Frame

AffineMap = NDArray[np.float64]


@dataclass(frozen=True)
class CropPlacement:
    """How an object lies in a crop, compared with a plain crop.

    Attributes:
        shift: of the object's centre from the crop's middle ``(right, down)``, crop pixels.
        zoom: > 0; above 1 the object is larger.
        aspect: > 0; above 1 it is wider and less high, at the same area.
        turn: clockwise, radians.
        mirrored: whether left and right are exchanged.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    aspect: float = 1.0
    turn: float = 0.0
    mirrored: bool = False


@dataclass(frozen=True)
class CropGeometry:
    """Sizes and context of the tracker's crops, see ``TrackerConfig``.

    Attributes:
        exemplar_size: side of the exemplar crop in pixels.
        search_size: side of the search crop in pixels.
        context_amount: margin around the object, as a share of its mean side.
    """

    exemplar_size: int = 127
    search_size: int = 255
    context_amount: float = 0.5

    def map_of(self, box: Box, size: int, placement: CropPlacement) -> AffineMap:
        """Return the map to a crop of ``size`` pixels around a picture's box ``x, y, w, h``."""
        x, y, w, h = box
        zoom = self.exemplar_size / exemplar_extent(w, h, self.context_amount) * placement.zoom
        wider = math.sqrt(placement.aspect)
        right, down = zoom * wider, zoom / wider
        if placement.mirrored:
            right = -right
        cos, sin = math.cos(placement.turn), math.sin(placement.turn)
        turned = np.array([[right * cos, -down * sin], [right * sin, down * cos]])
        middle = np.array(placement.shift) + size / 2
        return np.column_stack([turned, middle - turned @ (x + w / 2, y + h / 2)])


def map_box(to_crop: AffineMap, box: Box) -> NDArray[np.float32]:
    """Convert a box ``x, y, w, h`` of a picture to ``(cx, cy, w, h)`` of a crop, float32 ``(4,)``.

    A turned box becomes the upright box around the turned ellipse in it, because the corners of
    a box are rarely part of the object.
    """
    x, y, w, h = box
    center = to_crop @ (x + w / 2, y + h / 2, 1)
    return np.concatenate([center, np.hypot(*(to_crop[:, :2] * (w, h)).T)]).astype(np.float32)


def cut(picture: Frame, to_crop: AffineMap, size: int, beyond: Color | Frame) -> Frame:
    """Sample a crop ``(size, size, 3)`` from a picture.

    Like ``tracker.crops.crop_squares`` it interpolates bilinearly, after an area filter where the
    picture shrinks to half its size or less.

    Args:
        picture: RGB, ``(H, W, 3)`` uint8.
        to_crop: the map from picture to crop.
        size: side of the crop in pixels.
        beyond: what the crop shows beyond the picture's edge: a colour, or a crop of this size.
    """
    smaller, offset, reduction = _reduced(picture, to_crop, size)
    # warpAffine counts from the centre of the first pixel, our coordinates from its corner.
    linear = to_crop[:, :2]
    constant = linear @ (np.array(offset) + reduction / 2) + to_crop[:, 2] - 0.5
    matrix = np.column_stack([linear * reduction, constant])
    if isinstance(beyond, np.ndarray):
        crop = cv2.warpAffine(
            smaller,
            matrix,
            (size, size),
            dst=beyond.copy(),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
    else:
        crop = cv2.warpAffine(
            smaller,
            matrix,
            (size, size),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=beyond,
        )
    return cast(Frame, crop)


def _reduced(picture: Frame, to_crop: AffineMap, size: int) -> tuple[Frame, tuple[int, int], int]:
    """Cut out the part of a picture that a crop shows, and shrink it by a whole factor.

    Returns:
        The shrunk part, the position of its top left corner in the picture, and the factor. Where
        nothing needs shrinking: the whole picture, ``(0, 0)`` and 1.
    """
    reduction = int(1 / np.hypot(*to_crop[:, :2]).max())
    if reduction < 2:
        return picture, (0, 0), 1
    corners = np.array([[0, size, 0, size], [0, 0, size, size]])
    seen = np.linalg.solve(to_crop[:, :2], corners - to_crop[:, 2:])
    limits = np.array(picture.shape[1::-1])
    left, top = np.clip(np.floor(seen.min(axis=1) - reduction), 0, limits).astype(int).tolist()
    right, bottom = np.clip(np.ceil(seen.max(axis=1) + reduction), 0, limits).astype(int).tolist()
    if left >= right or top >= bottom:
        return picture, (0, 0), 1
    return shrunk(picture[top:bottom, left:right], reduction), (left, top), reduction


def reaches(to_crop: AffineMap, box: Box, size: int) -> bool:
    """Return whether any part of a picture's box may lie inside a crop of ``size`` pixels.

    It compares upright boxes, so a turned box outside may be said to reach in, never the reverse.
    """
    x, y, w, h = box
    corners = to_crop @ np.array([[x, x + w, x, x + w], [y, y, y + h, y + h], [1, 1, 1, 1]])
    return bool((corners.max(axis=1) > 0).all() and (corners.min(axis=1) < size).all())
