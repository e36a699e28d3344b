"""Open a source of frames, whatever its kind: ``open_source``."""

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from tracker.errors import SourceError
from tracker.video.camera import CameraSource
from tracker.video.decoder import MAX_PIXELS
from tracker.video.frame_source import Position, Selection, Source
from tracker.video.pictures import ArraySource, ImageSource, images_in, is_image
from tracker.video.stream import StreamSource
from tracker.video.video_file import VideoFileSource

_URL = re.compile(r"(rtsps?|https?|udp|rtmps?)://", re.IGNORECASE)
_POSITION = re.compile(r"(\d+)|(\d+(?:\.\d*)?|\.\d+)s", re.ASCII)


def open_source(
    source: str | os.PathLike[str] | int | Iterable[Any],
    *,
    start: Position | None = None,
    end: Position | None = None,
    stride: int = 1,
    max_pixels: int = MAX_PIXELS,
) -> Source:
    """Open a source of frames.

    Args:
        source: one of
            a video file, read with its rotation and its true, possibly uneven time stamps;
            an image file, a folder of images or a glob such as ``"frames/*.jpg"``, in natural
            order (``img2`` before ``img10``), at an assumed 25 frames per second;
            a webcam's number, ``0`` or ``"0"``; an ``rtsp``, ``http(s)``, ``udp`` or ``rtmp`` URL;
            images in memory: any iterable of what ``tracker.frames.as_frame`` takes, or an array
            ``(N, H, W, 3)``. The frames may be the caller's own arrays: draw on a copy.
            A name that exists on disk is always taken as a file, even ``"0"``.
        start: the first wanted frame: an ``int`` is a frame number, a ``float`` is seconds. Found
            by decoding and counting, so it is exact in every format.
        end: the first frame after the wanted ones, given in the same way.
        stride: distance between wanted frames, counted from ``start``: 1 for every frame.
        max_pixels: width times height of the largest frame that may be decoded from a video file,
            so that a small file from a stranger cannot take all memory.

    Returns:
        A context manager and iterator of ``VideoFrame(index, time_s, image)``. ``index`` counts
        all frames of the source, skipped ones too. If the size changes in the middle, so does that
        of the frames.

    Raises:
        SourceError: the source cannot be opened or has no frame, or the range is empty. Iterating
            also raises ``SourceEndedEarly``, after all frames that could be read.
    """
    selection = Selection(start, end, stride)
    if isinstance(source, (str, os.PathLike)):
        return _open_named(os.fspath(source), selection, max_pixels)
    if isinstance(source, (int, np.integer)) and not isinstance(source, bool):
        return CameraSource(int(source), selection)
    if isinstance(source, Iterable):
        return ArraySource(source, selection)
    raise SourceError(
        f"expected a path, URL, webcam number or iterable of images; got {type(source).__name__}"
    )


def parse_position(text: str) -> Position:
    """Parse a position in a source as a user writes it.

    Args:
        text: ``"300"``, the frame number, or ``"12.5s"``, a time in seconds.

    Returns:
        An ``int`` for a frame number, a ``float`` for seconds.

    Raises:
        SourceError: the text is neither.
    """
    match = _POSITION.fullmatch(text.strip())
    if not match:
        raise SourceError(f"expected a frame number like 300 or a time like 12.5s; got {text!r}")
    number, seconds = match.groups()
    return int(number) if number else float(seconds)


def _open_named(name: str, selection: Selection, max_pixels: int) -> Source:
    """Open a source given as text: a file or folder if there is one, else what it looks like."""
    path = Path(name)
    if name and _exists(path):
        if path.is_dir():
            return ImageSource(
                path.resolve().name, images_in(path), f"no images in the folder {name}", selection
            )
        if is_image(path):
            return ImageSource(path.stem, [path], f"no image in {name}", selection)
        return VideoFileSource(path, selection, max_pixels)
    if re.fullmatch(r"\d{1,4}", name, re.ASCII):
        return CameraSource(int(name), selection)
    if _URL.match(name):
        return StreamSource(name, selection)
    if glob.has_magic(name):
        paths = [path for path in map(Path, glob.glob(name)) if is_image(path)]
        return ImageSource(
            path.parent.name or "images", paths, f"no images match {name}", selection
        )
    raise SourceError(f"no such file or folder: {name!r}")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # the name is too long or contains a zero byte
        return False
