"""A window on the screen: live view with keys, and boxes drawn with the mouse."""

import os
import subprocess
import sys

import cv2
import numpy as np

from tracker.boxes import Box
from tracker.errors import DisplayError
from tracker.frames import Frame

TITLE = "tracker"
QUIT_KEYS = (ord("q"), 27)
PAUSE_KEY = ord(" ")
REDRAW_KEY = ord("r")


def has_display() -> bool:
    """Whether the environment names a display; always true outside Linux."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def require_display() -> None:
    """Make sure that a window can be opened.

    OpenCV ends the whole process where it cannot, so a child process tries it first.

    Raises:
        DisplayError: no display, or an OpenCV without windows.
    """
    if not has_display():
        raise DisplayError("a window is needed, but there is no display; give the box with --box")
    probe = "import cv2; cv2.namedWindow('probe'); cv2.waitKey(1)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    if done.returncode != 0:
        raise DisplayError("a window is needed, but OpenCV cannot open one on this display")


def select_boxes(frame: Frame) -> list[Box]:
    """Let the user draw boxes with the mouse: drag, Enter after each, Escape when done.

    Raises:
        DisplayError: no window can be opened, or no box was drawn.
    """
    boxes = cv2.selectROIs(TITLE, _bgr(frame), showCrosshair=False)
    cv2.destroyWindow(TITLE)
    if len(boxes) == 0:
        raise DisplayError("expected at least one box to be drawn; got none")
    return [tuple(float(side) for side in box) for box in boxes]


class Window:
    """A live view. ``show`` returns the key that was pressed: q or Escape, r, or none.

    Space pauses until it is pressed again.
    """

    def show(self, frame: Frame) -> int | None:
        cv2.imshow(TITLE, _bgr(frame))
        key = cv2.waitKey(1) & 0xFF
        while key == PAUSE_KEY:
            pressed = cv2.waitKey(50) & 0xFF
            key = None if pressed == PAUSE_KEY else (key if pressed == 0xFF else pressed)
        return key

    def close(self) -> None:
        cv2.destroyAllWindows()


def _bgr(frame: Frame) -> np.ndarray:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
