"""Sources made of single images, in files or in memory; reading image files."""

import re
from collections.abc import Iterable, Iterator, Sequence, Sized
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tracker.errors import SourceError
from tracker.frames import Frame, as_frame, frame_size
from tracker.video.frame_source import DEFAULT_FPS, RawFrame, Selection, Source

_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".ppm"}


class ImageSource(Source):
    """Image files in natural order, at an assumed 25 frames per second.

    Args:
        name: short name of the source.
        paths: the image files, in any order.
        if_none: message of the error if ``paths`` is empty.
        selection: the wanted frames.

    Raises:
        SourceError: no paths, or the first image cannot be read.
    """

    def __init__(
        self, name: str, paths: Sequence[Path], if_none: str, selection: Selection
    ) -> None:
        if not paths:
            raise SourceError(if_none)
        self._paths = sorted(paths, key=_natural_order)
        size = frame_size(read_image(self._paths[0]))
        super().__init__(name, selection, size=size, total=len(paths), fps=DEFAULT_FPS)

    def _raw_frames(self) -> Iterator[RawFrame]:
        for index, path in enumerate(self._paths):
            yield RawFrame(index / DEFAULT_FPS, partial(read_image, path))


class ArraySource(Source):
    """Images in memory, at an assumed 25 frames per second.

    Args:
        images: any iterable of what ``as_frame`` takes, or one array ``(N, H, W, channels)``.
        selection: the wanted frames.

    Raises:
        SourceError: a single array that is not a stack of images. Iterating raises ``FrameError``
            at an item that is not an image.
    """

    def __init__(self, images: Iterable[Any], selection: Selection) -> None:
        size = None
        if isinstance(images, np.ndarray):
            if images.ndim != 4:
                raise SourceError(f"expected an array of shape (N, H, W, 3); got {images.shape}")
            size = (images.shape[2], images.shape[1])
        total = len(images) if isinstance(images, Sized) else None
        self._images = images
        super().__init__("frames", selection, size=size, total=total)

    def _raw_frames(self) -> Iterator[RawFrame]:
        for index, image in enumerate(self._images):
            yield RawFrame(index / DEFAULT_FPS, partial(as_frame, image))


def is_image(path: Path) -> bool:
    """Return whether a path is a file with the suffix of an image; hidden files are not."""
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith(".") and path.is_file()


def images_in(folder: Path) -> list[Path]:
    """List the image files directly in a folder, in no particular order.

    Raises:
        SourceError: the folder cannot be read.
    """
    try:
        return [path for path in folder.iterdir() if is_image(path)]
    except OSError as error:
        raise SourceError(f"cannot read the folder {folder}: {error.strerror}") from error


def read_image(path: Path) -> Frame:
    """Read an image file as a frame, rotated as its EXIF data says.

    Raises:
        SourceError: the file cannot be read or is not an image.
    """
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from error
    try:
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except cv2.error:  # more pixels than OpenCV accepts
        image = None
    if image is None:
        raise SourceError(f"{path} is not an image that can be read")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def _natural_order(path: Path) -> list[str | int]:
    """Return a sort key that puts ``img2`` before ``img10``."""
    # Text and numbers alternate in the list, so a number is never compared with text.
    parts = re.split(r"(\d+)", str(path))
    return [int(part) if i % 2 else part.casefold() for i, part in enumerate(parts)]
