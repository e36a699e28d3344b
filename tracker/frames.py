"""Frames, and how other images are converted to frames.

A **frame** is a ``uint8`` RGB array of shape ``(H, W, 3)``, origin top-left.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.errors import FrameError

Frame = NDArray[np.uint8]


def as_frame(image: Any) -> Frame:
    """Convert an image to a frame: contiguous ``uint8`` RGB of shape ``(H, W, 3)``.

    Args:
        image: a ``uint8`` array of shape ``(H, W)``, ``(H, W, 1)`` (gray), ``(H, W, 3)`` (RGB)
            or ``(H, W, 4)`` (RGBA, the alpha channel is dropped), with any strides; or a PIL image
            of any mode. A contiguous RGB array is returned itself, not a copy.

    Raises:
        FrameError: another type, shape or dtype, or an empty image.
    """
    if hasattr(image, "convert") and hasattr(image, "getbands"):  # a PIL image
        image = np.asarray(image.convert("RGB"))
    if not isinstance(image, np.ndarray):
        raise FrameError(
            f"expected a frame as a numpy array or PIL image; got {type(image).__name__}"
        )
    if image.dtype != np.uint8:
        raise FrameError(f"expected a uint8 frame with values 0 to 255; got dtype {image.dtype}")
    channels = image.shape[2] if image.ndim == 3 else 1
    if image.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise FrameError(
            f"expected a frame of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4); "
            f"got {image.shape}"
        )
    if image.size == 0:
        raise FrameError(f"expected a frame with at least one pixel; got shape {image.shape}")
    frame: Frame = np.ascontiguousarray(image)
    conversions = {1: cv2.COLOR_GRAY2RGB, 4: cv2.COLOR_RGBA2RGB}
    if channels in conversions:
        frame = np.asarray(cv2.cvtColor(frame, conversions[channels]), np.uint8)
    return frame


def frame_size(frame: Frame) -> tuple[int, int]:
    """Return ``(width, height)`` of a frame in pixels."""
    return frame.shape[1], frame.shape[0]
