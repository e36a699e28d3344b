"""Draw the moments of one sequence side by side, each with both boxes and a caption."""

from collections.abc import Iterable
from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import xywh_to_xyxy
from tracker.frames import Frame

TRUTH_COLOR = (255, 221, 51)
RESULT_COLOR = (255, 45, 45)

_PANEL = (560, 420)  # largest width and height of a scaled frame, in pixels
_CAPTION = 34  # height of the caption
_GAP = 8  # between two panels
_DARK, _LIGHT = (16, 18, 22), (240, 240, 240)
_FONT = cv2.FONT_HERSHEY_DUPLEX
_JPEG_QUALITY = 92
_SHIFT = 3  # OpenCV takes coordinates in units of 1 / 2**_SHIFT pixel


class Moment(NamedTuple):
    """One frame with its boxes.

    Attributes:
        frame: the frame.
        truth: the true box ``(4,)``.
        result: the tracker's box ``(4,)``; NaN for none.
        caption: the text above the frame.
    """

    frame: Frame
    truth: NDArray[np.float64]
    result: NDArray[np.float64]
    caption: str


def moment_picture(moments: Iterable[Moment]) -> bytes:
    """Draw moments side by side, from left to right, and return the picture as a JPEG file.

    The truth is yellow, the result red; a result of NaN is not drawn.
    """
    panels = [_panel(moment) for moment in moments]
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


def _panel(moment: Moment) -> Frame:
    """Draw one moment: the caption, and below it the scaled frame with both boxes."""
    height, width = moment.frame.shape[:2]
    scale = min(_PANEL[0] / width, _PANEL[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    image = cast(Frame, cv2.resize(moment.frame, size, interpolation=smooth))
    for box, color in ((moment.truth, TRUTH_COLOR), (moment.result, RESULT_COLOR)):
        if np.isfinite(box).all():
            _draw_box(image, box * np.tile((size[0] / width, size[1] / height), 2), color)
    return np.concatenate([_caption(moment.caption, size[0]), image])


def _draw_box(image: Frame, box: NDArray[np.float64], color: tuple[int, int, int]) -> None:
    """Draw a box with a dark edge into an image, to a fraction of a pixel."""
    height, width = image.shape[:2]
    # Corners far outside are moved to just outside: OpenCV overflows on large coordinates.
    left, top, right, bottom = np.clip(xywh_to_xyxy(box), -9, np.tile((width, height), 2) + 9)
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) - 0.5
    points = [np.round(corners * (1 << _SHIFT)).astype(np.int32)]
    for line_color, thickness in ((_DARK, 4), (color, 2)):
        cv2.polylines(image, points, True, line_color, thickness, cv2.LINE_AA, _SHIFT)


def _caption(text: str, width: int) -> Frame:
    """Draw a line of text on a dark strip, made smaller if it is wider than the strip."""
    strip = np.full((_CAPTION, width, 3), _DARK, np.uint8)
    scale = 0.55
    needed = cv2.getTextSize(text, _FONT, scale, 1)[0][0] + 16
    origin = (8, _CAPTION - 11)
    cv2.putText(strip, text, origin, _FONT, scale * min(1, width / needed), _LIGHT, 1, cv2.LINE_AA)
    return strip
