"""Draw a result on its frame: box, label and trail."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.frames import Frame
from tracker.result import TrackResult

_COLORS = {"tracking": (38, 208, 124), "uncertain": (255, 184, 28), "lost": (255, 76, 76)}
_DARK = (16, 18, 22)

_SHIFT = 3  # fractional bits of the coordinates: OpenCV draws at 1 / 2**_SHIFT of a pixel
_FONT = cv2.FONT_HERSHEY_DUPLEX

Color = tuple[int, int, int]


class _Edges(NamedTuple):
    """Sides of a box in OpenCV's coordinates, where whole numbers are centres of pixels."""

    left: float
    top: float
    right: float
    bottom: float


def draw_result(
    image: Frame,
    result: TrackResult,
    trail: Iterable[tuple[float, float]] = (),
    *,
    show_id: bool = False,
) -> None:
    """Draw a result on its frame, in place: box, label and trail.

    The box is green while tracking, amber while uncertain, red and dashed when lost. The label is
    such as ``#2 0.93 tracking``; it stays inside the frame when the box does not, and is left out
    if the frame is too small for it. Line widths scale with the frame.

    Args:
        image: ``uint8`` RGB ``(H, W, 3)``, contiguous and writable.
        result: what to draw; any finite box.
        trail: past centres ``(x, y)`` in frame pixels, oldest first; older ones are fainter.
        show_id: start the label with the object's number.
    """
    color = _COLORS[result.state]
    unit = max(1, round(min(image.shape[:2]) / 360))
    _draw_trail(image, np.asarray([*trail], float).reshape(-1, 2), color, unit)
    edges = _visible_edges(image, result, margin=8 * unit)
    if result.state == "lost":
        lines, thick = _dashes(edges, length=9 * unit), unit
    else:
        lines, thick = [_outline(edges)], round(1.5 * unit)
    # Thinner on small boxes, so that the object stays visible.
    thick = max(1, min(thick, int(min(edges.right - edges.left, edges.bottom - edges.top) / 8)))
    halo = thick + max(2, unit)
    fixed_point = [np.round(line * (1 << _SHIFT)).astype(np.int32) for line in lines]
    cv2.polylines(image, fixed_point, False, _DARK, halo, cv2.LINE_AA, _SHIFT)
    cv2.polylines(image, fixed_point, False, color, thick, cv2.LINE_AA, _SHIFT)
    number = f"#{result.id} " if show_id else ""
    _draw_label(image, f"{number}{result.score:.2f} {result.state}", edges, color, unit)


def _visible_edges(image: Frame, result: TrackResult, margin: int) -> _Edges:
    """Return the box's edges; ones far outside move to just outside, which looks the same.

    OpenCV's fixed-point coordinates would overflow on far ones.
    """
    x, y, w, h = result.box
    height, width = image.shape[:2]
    left, right = np.clip([x, x + w], -margin, width + margin)
    top, bottom = np.clip([y, y + h], -margin, height + margin)
    # Pixel i covers [i, i + 1) in our boxes; OpenCV puts its centre at i.
    return _Edges(left - 0.5, top - 0.5, right - 0.5, bottom - 0.5)


def _outline(edges: _Edges) -> NDArray[np.float64]:
    """Return the corners clockwise from the top left, which comes again at the end: ``(5, 2)``."""
    left, top, right, bottom = edges
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])


def _dashes(edges: _Edges, length: float) -> list[NDArray[np.float64]]:
    """Divide the outline into dashes of about ``length``; there is one at every corner."""
    corners = _outline(edges)
    dashes = []
    for begin, end in pairwise(corners):
        # An odd number of dashes and gaps, so that each side begins and ends with a dash.
        count = max(1, round(float(np.abs(end - begin).max()) / length)) | 1
        points = begin + np.linspace(0, 1, count + 1)[:, None] * (end - begin)
        dashes += [points[i : i + 2] for i in range(0, count, 2)]
    return dashes


def _draw_trail(image: Frame, points: NDArray[np.float64], color: Color, unit: int) -> None:
    """Blend a line through ``points`` ``(N, 2)`` into the image, fainter towards the first."""
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
    # Draw all segments into one mask of opacities first: blended one by one, their overlapping ends
    # would show as beads.
    opacity = np.zeros(part.shape[:2], np.uint8)
    fixed_point = np.round((points - (x0, y0)) * (1 << _SHIFT)).astype(int).tolist()
    for i, (begin, end) in enumerate(pairwise(fixed_point)):
        strength = round(255 * (i + 1) / (len(points) - 1))
        cv2.line(opacity, begin, end, strength, 2 * unit, cv2.LINE_AA, _SHIFT)
    if not opacity.any():
        return
    columns, rows = cv2.findNonZero(opacity).reshape(-1, 2).T
    weight = opacity[rows, columns, None].astype(np.float32) / 255
    below = part[rows, columns]
    part[rows, columns] = (below + (np.array(color, np.float32) - below) * weight + 0.5).astype(
        np.uint8
    )


def _draw_label(image: Frame, text: str, edges: _Edges, color: Color, unit: int) -> None:
    """Write ``text`` on a dark plate above the box, or below it where there is no room."""
    scale = max(0.4, 0.28 * unit)
    thick = max(1, round(scale))
    (text_width, text_height), below = cv2.getTextSize(text, _FONT, scale, thick)
    pad = max(3, 3 * unit)
    plate_width, plate_height = text_width + 2 * pad, text_height + below // 2 + 2 * pad
    height, width = image.shape[:2]
    if plate_width > width or plate_height > height / 3:
        return
    x = int(np.clip(edges.left, 0, width - plate_width))
    gap = 2 * unit
    y = int(edges.top) - plate_height - gap
    if y < 0:  # no room above
        y = int(edges.bottom) + gap
    y = int(np.clip(y, 0, height - plate_height))
    plate = image[y : y + plate_height, x : x + plate_width]
    dark = np.full_like(plate, _DARK)
    cv2.addWeighted(plate, 0.22, dark, 0.78, 0, dst=plate)
    plate[:, : max(2, unit)] = color
    origin = (x + pad + unit, y + pad + text_height)
    cv2.putText(image, text, origin, _FONT, scale, color, thick, cv2.LINE_AA)
