"""Live sources: a webcam or a network stream, read by OpenCV."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import cv2

from tracker.errors import SourceError
from tracker.frames import Frame
from tracker.video.frame_source import DEFAULT_FPS, Picture, Selection, Source

TIMEOUT_S = 10
"""How long a network stream may stay silent, while opening and while reading."""


class CaptureSource(Source):
    """A webcam, by number, or a network stream, by URL.

    A webcam's times are those of the clock since its first frame; a stream's are its own time
    stamps where it has them. A stream that stops sending simply ends.

    Raises:
        SourceError: the device or stream does not open.
    """

    def __init__(self, target: int | str, selection: Selection) -> None:
        if isinstance(target, int) and target < 0:  # OpenCV would crash
            raise SourceError(f"expected a webcam's number, 0 or more; got {target}")
        self._is_camera = isinstance(target, int)
        name, shown = _names(target)
        with _quiet():
            self._capture = _open(target)
        if not self._capture.isOpened():
            raise SourceError(f"cannot open {shown}: no camera or stream answers there")
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        super().__init__(
            name,
            selection,
            size=(width, height) if width > 0 and height > 0 else None,
            total=int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)),
            fps=self._capture.get(cv2.CAP_PROP_FPS),
        )

    def _pictures(self) -> Iterator[Picture]:
        time_s = -1.0
        opened = None
        while self._capture.grab():
            opened = time.monotonic() if opened is None else opened
            if self._is_camera:
                time_s = time.monotonic() - opened
            else:
                stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                step = 1 / (self.fps or DEFAULT_FPS)
                time_s = stamp if stamp > time_s else time_s + step
            yield Picture(time_s, self._retrieve)

    def _retrieve(self) -> Frame:
        complete, image = self._capture.retrieve()
        if not complete:
            raise SourceError("a frame could not be decoded")
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)

    def _release(self) -> None:
        self._capture.release()


def _open(target: int | str) -> cv2.VideoCapture:
    if isinstance(target, int):
        return cv2.VideoCapture(target)
    limit = TIMEOUT_S * 1000
    return cv2.VideoCapture(
        target,
        cv2.CAP_FFMPEG,
        [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit, cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit],
    )


def _names(target: int | str) -> tuple[str, str]:
    """A short name, and what to show in messages: never a URL's password or token."""
    if isinstance(target, int):
        return f"camera{target}", f"camera {target}"
    try:
        url = urlsplit(target)
        host = url.netloc.rpartition("@")[2]  # the name and the port, not the password
    except ValueError as error:
        raise SourceError(f"expected a URL such as rtsp://host/path; got {target!r}") from error
    return PurePosixPath(url.path).stem or host, f"{url.scheme}://{host}{url.path}"


def without_secrets(source: str) -> str:
    """A source as it may be shown: a URL without user, password and query."""
    if "://" not in source or Path(source).exists():
        return source
    return _names(source)[1]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep OpenCV from printing its own warnings beside the one sentence of a SourceError."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)
