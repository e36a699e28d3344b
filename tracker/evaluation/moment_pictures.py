"""Draw the moments of one sequence side by side, each with both boxes and a caption."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import xywh_to_xyxy
from tracker.frames import Frame

TRUTH_COLOR = (255, 221, 51)
RESULT_COLOR = (255, 45, 45)

Moment = tuple[Frame, NDArray[np.float64], NDArray[np.float64], str]
"""Frame, true box, result (NaN for none) and caption."""

_PANEL = (560, 420)  # a frame is scaled to fit into it
_CAPTION = 34
_GAP = 8
_DARK, _LIGHT = (16, 18, 22), (240, 240, 240)
_FONT = cv2.FONT_HERSHEY_DUPLEX
_JPEG_QUALITY = 92
_SHIFT = 3  # OpenCV draws at 1 / 2**_SHIFT of a pixel


def moment_picture(moments: Iterable[Moment]) -> bytes:
    """The JPEG file of the moments side by side, from left to right.

    The truth is yellow, the result red; a result of NaN is not drawn.
    """
    panels = [_panel(*moment) for moment in moments]
    height = max(panel.shape[0] for panel in panels)
    parts = []
    for panel in panels:
        missing = height - panel.shape[0]
        parts += [
            cv2.copyMakeBorder(panel, 0, missing, 0, 0, cv2.BORDER_CONSTANT, value=_DARK),
            np.full((height, _GAP, 3), _DARK, np.uint8),
        ]
    picture = cv2.cvtColor(np.concatenate(parts[:-1], axis=1), cv2.COLOR_RGB2BGR)
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    return cv2.imencode(".jpg", picture, quality)[1].tobytes()


def _panel(frame: Frame, truth: NDArray, result: NDArray, caption: str) -> Frame:
    height, width = frame.shape[:2]
    scale = min(_PANEL[0] / width, _PANEL[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    image = cv2.resize(frame, size, interpolation=smooth)
    for box, color in ((truth, TRUTH_COLOR), (result, RESULT_COLOR)):
        if np.isfinite(box).all():
            _draw_box(image, box * np.tile((size[0] / width, size[1] / height), 2), color)
    return np.concatenate([_caption(caption, size[0]), image])


def _draw_box(image: Frame, box: NDArray[np.float64], color: tuple[int, int, int]) -> None:
    height, width = image.shape[:2]
    # What is far outside moves to just outside: OpenCV cannot draw at any number.
    left, top, right, bottom = np.clip(xywh_to_xyxy(box), -9, np.tile((width, height), 2) + 9)
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) - 0.5
    points = [np.round(corners * (1 << _SHIFT)).astype(np.int32)]
    for line_color, thickness in ((_DARK, 4), (color, 2)):
        cv2.polylines(image, points, True, line_color, thickness, cv2.LINE_AA, _SHIFT)


def _caption(text: str, width: int) -> Frame:
    strip = np.full((_CAPTION, width, 3), _DARK, np.uint8)
    scale = 0.55
    needed = cv2.getTextSize(text, _FONT, scale, 1)[0][0] + 16
    origin = (8, _CAPTION - 11)
    cv2.putText(strip, text, origin, _FONT, scale * min(1, width / needed), _LIGHT, 1, cv2.LINE_AA)
    return strip
