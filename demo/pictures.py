"""Encode frames as JPEG files and as ``data:`` addresses for the page."""

import base64
from typing import cast

import cv2

from tracker.frames import Frame

COLORS = ("#1f9d63", "#2f6fde", "#b4610b", "#a23bb8", "#0e8a9c", "#c2355b", "#6b7a12", "#6a55d9")
"""Colours of objects 1, 2, ... on the page; each has a contrast of at least 3 on white."""


def jpeg(frame: Frame, longest: int, quality: int = 88) -> bytes:
    """Encode a frame as JPEG.

    Args:
        frame: the frame.
        longest: a frame with a longer side than this, in pixels, is made smaller to fit.
        quality: of the JPEG, 0 to 100; higher is sharper and larger.

    Raises:
        ValueError: the frame is too large for JPEG.
    """
    height, width = frame.shape[:2]
    ratio = longest / max(width, height)
    if ratio < 1:
        size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
        frame = cast(Frame, cv2.resize(frame, size, interpolation=cv2.INTER_AREA))
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise ValueError(f"expected a frame that JPEG can hold; got one of {width}x{height}")
    return data.tobytes()


def data_uri(frame: Frame, longest: int, quality: int = 80) -> str:
    """Return a frame as the ``src`` of an ``<img>``, with the JPEG itself in it; see ``jpeg``."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(frame, longest, quality)).decode()
