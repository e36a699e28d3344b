"""Boxes: their conventions, the conversions between them, overlap, and the check of a user's box.

A **box** is ``(x, y, w, h)`` in frame pixels: top-left corner, 0-based, continuous. Pixel ``i``
covers the interval ``[i, i + 1)``, so the box ``(0, 0, W, H)`` is exactly the frame and the
centre of a box is ``(x + w / 2, y + h / 2)``. OTB's 1-based text files are converted where they
are read and written, nowhere else. Functions that take another form have it in their name.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.errors import BoxError

Box = tuple[float, float, float, float]

MIN_SIDE = 1.0
"""Smallest side of a box that can be tracked, in pixels."""


def xywh_to_cxcywh(boxes: ArrayLike) -> NDArray[np.float64]:
    """Convert ``(x, y, w, h)`` to ``(centre x, centre y, w, h)``; any shape ``(..., 4)``."""
    x, y, w, h = _columns(boxes)
    return np.stack([x + w / 2, y + h / 2, w, h], axis=-1)


def cxcywh_to_xywh(boxes: ArrayLike) -> NDArray[np.float64]:
    """Convert ``(centre x, centre y, w, h)`` to ``(x, y, w, h)``; any shape ``(..., 4)``."""
    cx, cy, w, h = _columns(boxes)
    return np.stack([cx - w / 2, cy - h / 2, w, h], axis=-1)


def center_and_size(box: Box) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return centre ``(x, y)`` and size ``(w, h)`` of one box, as arrays to calculate with."""
    values = xywh_to_cxcywh(box)
    return values[:2], values[2:]


def xywh_to_xyxy(boxes: ArrayLike) -> NDArray[np.float64]:
    """Convert ``(x, y, w, h)`` to ``(left, top, right, bottom)``; any shape ``(..., 4)``."""
    x, y, w, h = _columns(boxes)
    return np.stack([x, y, x + w, y + h], axis=-1)


def clip(boxes: ArrayLike, frame_size: tuple[int, int]) -> NDArray[np.float64]:
    """Cut boxes ``(..., 4)`` to the visible part of a frame.

    Args:
        boxes: ``(x, y, w, h)`` in pixels.
        frame_size: ``(width, height)`` of the frame in pixels.

    Returns:
        Boxes ``(..., 4)``; a box completely outside has width or height 0.
    """
    left, top, right, bottom = _columns(xywh_to_xyxy(boxes))
    width, height = frame_size
    left, right = np.clip(left, 0, width), np.clip(right, 0, width)
    top, bottom = np.clip(top, 0, height), np.clip(bottom, 0, height)
    return np.stack([left, top, right - left, bottom - top], axis=-1)


def overlap(boxes: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    """Compute the intersection over union of boxes ``(..., 4)``, broadcast against each other.

    Returns:
        Values in [0, 1]; 0 where the union has no area; NaN where a box has a NaN.
    """
    boxes, others = np.asarray(boxes, float), np.asarray(others, float)
    left, top, right, bottom = _columns(xywh_to_xyxy(boxes))
    left2, top2, right2, bottom2 = _columns(xywh_to_xyxy(others))
    width = np.minimum(right, right2) - np.maximum(left, left2)
    height = np.minimum(bottom, bottom2) - np.maximum(top, top2)
    intersection = np.maximum(width, 0) * np.maximum(height, 0)
    union = boxes[..., 2] * boxes[..., 3] + others[..., 2] * others[..., 3] - intersection
    shares = np.divide(intersection, union, out=np.zeros_like(union), where=union != 0)
    overlaps: NDArray[np.float64] = np.minimum(shares, 1)  # rounding can exceed 1 for equal boxes
    return overlaps


def check_box(box: ArrayLike, frame_size: tuple[int, int]) -> Box:
    """Check that a box can be tracked in a frame, and return it as four floats.

    Args:
        box: ``(x, y, w, h)`` in pixels; may extend beyond the frame.
        frame_size: ``(width, height)`` of the frame in pixels.

    Raises:
        BoxError: not four finite numbers; a side shorter than 1 pixel, or longer than ten times the
            frame's; or less than one square pixel of it inside the frame.
    """
    width, height = frame_size
    try:
        values = np.asarray(box, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        values = np.empty(0)
    if values.shape != (4,):
        raise BoxError(f"expected a box of four numbers x, y, w, h; got {box!r}")
    if not np.isfinite(values).all():
        raise BoxError(f"expected a box of finite numbers; got {_show(values)}")
    if values[2] < MIN_SIDE or values[3] < MIN_SIDE:
        raise BoxError(f"expected a box at least 1 pixel wide and high; got {_show(values)}")
    if values[2] > 10 * width or values[3] > 10 * height:
        raise BoxError(
            f"expected a box about the size of a {width}x{height} frame at most; "
            f"got {_show(values)}"
        )
    visible = clip(values, frame_size)
    if visible[2] * visible[3] < 1:
        raise BoxError(f"expected a box inside the {width}x{height} frame; got {_show(values)}")
    x, y, w, h = values.tolist()
    return (x, y, w, h)


def _columns(boxes: ArrayLike) -> NDArray[np.float64]:
    """Move the four values of boxes ``(..., 4)`` to the front: ``(4, ...)``."""
    return np.moveaxis(np.asarray(boxes, dtype=np.float64), -1, 0)


def _show(values: NDArray[np.float64]) -> str:
    return ",".join(f"{value:g}" for value in values)
