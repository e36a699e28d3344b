"""Webcams, read by OpenCV."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from tracker.errors import SourceError
from tracker.frames import Frame
from tracker.video.frame_source import RawFrame, Selection, Source


class CameraSource(Source):
    """A webcam, by number; times are seconds on the clock since its first frame.

    Args:
        number: number of the camera, from 0.
        selection: the wanted frames.

    Raises:
        SourceError: the camera does not open.
    """

    def __init__(self, number: int, selection: Selection) -> None:
        if number < 0:  # OpenCV would crash
            raise SourceError(f"expected a webcam's number, 0 or more; got {number}")
        with _opencv_silenced():
            self._capture = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            raise SourceError(f"cannot open camera {number}: no camera answers there")
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        super().__init__(
            f"camera{number}",
            selection,
            size=(width, height) if width > 0 and height > 0 else None,
            fps=self._capture.get(cv2.CAP_PROP_FPS),
        )

    def _raw_frames(self) -> Iterator[RawFrame]:
        started = None
        while self._capture.grab():
            now = time.monotonic()
            started = now if started is None else started
            yield RawFrame(now - started, self._retrieve)

    def _retrieve(self) -> Frame:
        """Convert the frame grabbed last to RGB."""
        complete, image = self._capture.retrieve()
        if not complete:
            raise SourceError("a frame could not be decoded")
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)

    def _release(self) -> None:
        self._capture.release()


@contextmanager
def _opencv_silenced() -> Iterator[None]:
    """Keep OpenCV from printing warnings of its own beside the message of a SourceError."""
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)
