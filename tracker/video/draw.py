"""Draw a result on its frame: box, label and trail."""

from collections.abc import Iterable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.frames import Frame
from tracker.result import TrackResult

_COLORS = {"tracking": (38, 208, 124), "uncertain": (255, 184, 28), "lost": (255, 76, 76)}
_DARK = (16, 18, 22)

_SHIFT = 3  # OpenCV draws at 1 / 2**_SHIFT of a pixel
_FONT = cv2.FONT_HERSHEY_DUPLEX

Color = tuple[int, int, int]


def draw_result(
    image: Frame,
    result: TrackResult,
    trail: Iterable[tuple[float, float]] = (),
    *,
    show_id: bool = False,
) -> None:
    """Draw ``result`` on ``image`` in place.

    The box is green while tracking, amber while uncertain, red and dashed when lost, with a label
    such as ``#2 0.93 tracking``. Lines grow with the frame; the label is left out where the frame
    is too small for it, and stays inside the frame when the box does not.

    Args:
        image: ``uint8`` RGB ``(H, W, 3)``, contiguous and writable.
        result: box and label; any finite box.
        trail: past centres ``(x, y)`` in frame pixels, oldest first; they fade with age.
        show_id: begin the label with the object's number.
    """
    color = _COLORS[result.state]
    unit = max(1, round(min(image.shape[:2]) / 360))
    _draw_trail(image, np.asarray([*trail], float).reshape(-1, 2), color, unit)
    left, top, right, bottom = _visible_edges(image, result, margin=8 * unit)
    if result.state == "lost":
        lines, thick = _dashes(left, top, right, bottom, length=9 * unit), unit
    else:
        lines, thick = [_closed(left, top, right, bottom)], round(1.5 * unit)
    thick = max(1, min(thick, int(min(right - left, bottom - top) / 8)))
    halo = thick + max(2, unit)
    fixed_point = [np.round(line * (1 << _SHIFT)).astype(np.int32) for line in lines]
    cv2.polylines(image, fixed_point, False, _DARK, halo, cv2.LINE_AA, _SHIFT)
    cv2.polylines(image, fixed_point, False, color, thick, cv2.LINE_AA, _SHIFT)
    number = f"#{result.id} " if show_id else ""
    _draw_label(
        image, f"{number}{result.score:.2f} {result.state}", (left, top, bottom), color, unit
    )


def _visible_edges(
    image: Frame, result: TrackResult, margin: int
) -> tuple[float, float, float, float]:
    """The box's edges; those far outside are moved to just outside, which shows the same."""
    x, y, w, h = result.box
    height, width = image.shape[:2]
    left, right = np.clip([x, x + w], -margin, width + margin)
    top, bottom = np.clip([y, y + h], -margin, height + margin)
    # A pixel covers the interval from its number to the next; OpenCV puts its centre at the number.
    return left - 0.5, top - 0.5, right - 0.5, bottom - 0.5


def _closed(left: float, top: float, right: float, bottom: float) -> NDArray[np.float64]:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])


def _dashes(
    left: float, top: float, right: float, bottom: float, length: float
) -> list[NDArray[np.float64]]:
    """The box's outline as dashes that begin and end in its corners."""
    corners = _closed(left, top, right, bottom)
    dashes = []
    for begin, end in pairwise(corners):
        count = max(1, round(float(np.abs(end - begin).max()) / length)) | 1
        points = begin + np.linspace(0, 1, count + 1)[:, None] * (end - begin)
        dashes += [points[i : i + 2] for i in range(0, count, 2)]
    return dashes


def _draw_trail(image: Frame, points: NDArray[np.float64], color: Color, unit: int) -> None:
    if len(points) < 2:
        return
    height, width = image.shape[:2]
    reach = 4 * unit
    points = np.clip(points - 0.5, -reach, (width + reach, height + reach))
    x0, y0 = np.maximum(points.min(0).astype(int) - reach, 0)
    x1, y1 = np.maximum(points.max(0).astype(int) + reach, 0)
    part = image[y0:y1, x0:x1]
    if not part.size:
        return
    # All segments go into one mask of opacities first: blended one by one they would show beads.
    opacity = np.zeros(part.shape[:2], np.uint8)
    fixed_point = np.round((points - (x0, y0)) * (1 << _SHIFT)).astype(int).tolist()
    for i, (begin, end) in enumerate(pairwise(fixed_point)):
        strength = round(255 * (i + 1) / (len(points) - 1))
        cv2.line(opacity, begin, end, strength, 2 * unit, cv2.LINE_AA, _SHIFT)
    drawn = cv2.findNonZero(opacity)
    if drawn is None:
        return
    columns, rows = drawn.reshape(-1, 2).T
    weight = opacity[rows, columns, None].astype(np.float32) / 255
    below = part[rows, columns]
    part[rows, columns] = (below + (np.float32(color) - below) * weight + 0.5).astype(np.uint8)


def _draw_label(
    image: Frame, text: str, box: tuple[float, float, float], color: Color, unit: int
) -> None:
    scale = max(0.4, 0.28 * unit)
    thick = max(1, round(scale))
    (text_width, text_height), below = cv2.getTextSize(text, _FONT, scale, thick)
    pad = max(3, 3 * unit)
    plate_width, plate_height = text_width + 2 * pad, text_height + below // 2 + 2 * pad
    height, width = image.shape[:2]
    if plate_width > width or plate_height > height / 3:
        return
    left, top, bottom = box
    x = int(np.clip(left, 0, width - plate_width))
    gap = 2 * unit
    y = int(top) - plate_height - gap
    if y < 0:  # no room above the box: under it, or at the frame's edge
        y = int(bottom) + gap
    y = int(np.clip(y, 0, height - plate_height))
    plate = image[y : y + plate_height, x : x + plate_width]
    dark = np.full_like(plate, _DARK)
    cv2.addWeighted(plate, 0.22, dark, 0.78, 0, dst=plate)
    plate[:, : max(2, unit)] = color
    origin = (x + pad + unit, y + pad + text_height)
    cv2.putText(image, text, origin, _FONT, scale, color, thick, cv2.LINE_AA)
