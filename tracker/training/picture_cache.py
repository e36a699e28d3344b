"""Decoded training pictures, kept in memory up to a limit."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import cv2

from tracker.boxes import Box
from tracker.crops import Color, mean_color
from tracker.errors import DatasetError, SourceError
from tracker.frames import Frame, frame_size
from tracker.video.pictures import read_image

LONGEST_SIDE = 900
"""Larger pictures are reduced to this on reading, in pixels: crops rarely need more."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture, possibly smaller than its file.

    Attributes:
        path: its file.
        pixels: RGB.
        mean: its mean colour, 0 to 255, which fills crops that reach over its edge.
        scale: size here by size in the file ``(x, y)``, at most 1.
    """

    path: Path
    pixels: Frame
    mean: Color
    scale: tuple[float, float]

    @property
    def file_size(self) -> tuple[int, int]:
        """Width and height of the picture in its file."""
        width, height = frame_size(self.pixels)
        return round(width / self.scale[0]), round(height / self.scale[1])

    def box(self, box: Box) -> Box:
        """A box ``x, y, w, h`` of the file in pixels of this picture."""
        x, y, w, h = box
        right, down = self.scale
        return (x * right, y * down, w * right, h * down)


class PictureCache:
    """Reads pictures and keeps the ones used last; each process has its own.

    Args:
        limit: bytes of pixels to keep; a single picture may exceed it, but is not kept then.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[Path, Picture] = OrderedDict()
        self._bytes = 0

    def __reduce__(self) -> tuple:
        return PictureCache, (self._limit,)  # a worker process starts with an empty one

    def read(self, path: Path) -> Picture:
        """The picture of a file.

        Raises:
            DatasetError: the file cannot be read or is not an image.
        """
        if path in self._kept:
            self._kept.move_to_end(path)
            return self._kept[path]
        picture = _read(path)
        self._kept[path] = picture
        self._bytes += picture.pixels.nbytes
        while self._bytes > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.pixels.nbytes
        return picture


def _read(path: Path) -> Picture:
    try:
        pixels = read_image(path)
    except SourceError as error:
        raise DatasetError(str(error)) from error
    stored = frame_size(pixels)
    shrink = LONGEST_SIDE / max(stored)
    if shrink < 1:
        size = tuple(max(1, round(side * shrink)) for side in stored)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    width, height = frame_size(pixels)
    return Picture(path, pixels, mean_color(pixels), (width / stored[0], height / stored[1]))
