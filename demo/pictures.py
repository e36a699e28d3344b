"""Frames as small JPEG files and as text that a page can show."""

import base64

import cv2

from tracker.frames import Frame

COLORS = ("#1f9d63", "#2f6fde", "#b4610b", "#a23bb8", "#0e8a9c", "#c2355b", "#6b7a12", "#6a55d9")
"""Colours of objects 1, 2, ... on the page; each has a contrast of 3 or more on white."""


def jpeg(frame: Frame, longest: int, quality: int = 88) -> bytes:
    """A frame as JPEG, made smaller where a side is longer than ``longest`` pixels."""
    height, width = frame.shape[:2]
    ratio = longest / max(width, height)
    if ratio < 1:
        size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise ValueError(f"expected a frame that JPEG can hold; got one of {width}x{height}")
    return data.tobytes()


def data_uri(frame: Frame, longest: int, quality: int = 80) -> str:
    """A frame as the address of an ``<img>``, with the picture inside it."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(frame, longest, quality)).decode()
