"""Check the boxes that the page sends."""

from typing import Any

from tracker.boxes import Box, check_box
from tracker.errors import BoxError
from tracker_demo.messages import Refused

NONE_DRAWN = "Draw a box around the object first."


def read_boxes(value: Any, size: tuple[int, int], most: int) -> list[Box]:
    """Return the boxes in what the page sent, which may be anything.

    Args:
        value: the state of the drawing area, ``{"boxes": [[x, y, w, h], ...], ...}``, in pixels.
        size: ``(width, height)`` of the frame.
        most: the largest number of boxes.

    Raises:
        Refused: there is no box, there are too many, or one cannot be tracked.
    """
    boxes = value.get("boxes") if isinstance(value, dict) else None
    if boxes is None or boxes == []:
        raise Refused(NONE_DRAWN)
    if not isinstance(boxes, list):
        raise Refused("Expected boxes as a list of four numbers each.")
    if len(boxes) > most:
        raise Refused(f"Up to {most} boxes can be followed together; {len(boxes)} are drawn.")
    return [_check(number, box, size) for number, box in enumerate(boxes, start=1)]


def _check(number: int, box: Any, size: tuple[int, int]) -> Box:
    """Return box ``number`` as four floats, or refuse it."""
    numbers = isinstance(box, list) and all(type(side) in (int, float) for side in box)
    if not numbers or len(box) != 4:
        raise Refused(f"Box {number} is not four numbers x, y, width, height.")
    try:
        return check_box(box, size)
    except BoxError as error:
        raise Refused(f"Box {number} cannot be followed: {error}.") from error
