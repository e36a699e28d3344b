"""A window on the screen: a live view with keys, and boxes drawn with the mouse."""

import os
import subprocess
import sys

import cv2
from cv2.typing import MatLike

from tracker.boxes import Box
from tracker.errors import DisplayError
from tracker.frames import Frame

TITLE = "tracker"
QUIT_KEYS = (ord("q"), 27)  # q and Escape
PAUSE_KEY = ord(" ")
REDRAW_KEY = ord("r")
_NO_KEY = 0xFF  # OpenCV's -1 in the lowest byte


def has_display() -> bool:
    """Return whether the environment names a display; always true outside Linux."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def require_display() -> None:
    """Check that a window can be opened.

    OpenCV ends the whole process if it cannot, so a child process tries first.

    Raises:
        DisplayError: there is no display, or this OpenCV has no windows.
    """
    if not has_display():
        raise DisplayError("a window is needed, but there is no display; give the box with --box")
    probe = "import cv2; cv2.namedWindow('probe'); cv2.waitKey(1)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    if done.returncode != 0:
        raise DisplayError("a window is needed, but OpenCV cannot open one on this display")


def select_boxes(frame: Frame) -> list[Box]:
    """Let the user draw boxes with the mouse: drag, Enter after each, Escape when done.

    Returns:
        Boxes ``(x, y, w, h)`` in frame pixels, at least one.

    Raises:
        DisplayError: no box was drawn.
    """
    boxes = cv2.selectROIs(TITLE, _bgr(frame), showCrosshair=False)
    cv2.destroyWindow(TITLE)
    if len(boxes) == 0:
        raise DisplayError("expected at least one box to be drawn; got none")
    return [(float(x), float(y), float(w), float(h)) for x, y, w, h in boxes]


class Window:
    """A live view of the frames."""

    def show(self, frame: Frame) -> int | None:
        """Show a frame; while paused, wait.

        Space pauses until it is pressed again, or until another key is.

        Returns:
            The code of the key that was pressed, such as one of ``QUIT_KEYS``; None for no key.
        """
        cv2.imshow(TITLE, _bgr(frame))
        key = cv2.waitKey(1) & 0xFF
        while key == PAUSE_KEY:
            pressed = cv2.waitKey(50) & 0xFF
            if pressed == PAUSE_KEY:
                return None
            key = PAUSE_KEY if pressed == _NO_KEY else pressed
        return None if key == _NO_KEY else key

    def close(self) -> None:
        """Close the window."""
        cv2.destroyAllWindows()


def _bgr(frame: Frame) -> MatLike:
    """Convert a frame to the channel order of OpenCV."""
    return cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
