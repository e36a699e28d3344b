"""A cache of decoded training pictures, limited by its size in memory."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2

from tracker.boxes import Box
from tracker.crops import Color, mean_color
from tracker.errors import DatasetError, SourceError
from tracker.frames import Frame, frame_size
from tracker.video.pictures import read_image

LONGEST_SIDE = 900
"""Pictures with a longer side, in pixels, are reduced to it on reading: crops rarely need more."""


@dataclass(frozen=True)
class DecodedPicture:
    """A decoded picture, possibly smaller than its file.

    Attributes:
        path: its file.
        pixels: RGB.
        mean: the mean colour, 0 to 255, which fills crops that reach over the picture's edge.
        scale: size of ``pixels`` divided by the size in the file, ``(x, y)``, at most 1.
    """

    path: Path
    pixels: Frame
    mean: Color
    scale: tuple[float, float]

    @property
    def file_size(self) -> tuple[int, int]:
        """Return width and height of the picture in its file."""
        width, height = frame_size(self.pixels)
        return round(width / self.scale[0]), round(height / self.scale[1])

    def box(self, box: Box) -> Box:
        """Convert a box ``x, y, w, h`` from pixels of the file to those of ``pixels``."""
        x, y, w, h = box
        right, down = self.scale
        return (x * right, y * down, w * right, h * down)


class PictureCache:
    """Reads pictures and keeps the most recently used ones; each process has its own cache.

    Args:
        limit: bytes of pixels to keep; a picture larger than that is read but not kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[Path, DecodedPicture] = OrderedDict()
        self._bytes = 0

    def __reduce__(self) -> tuple[type["PictureCache"], tuple[int]]:
        """Pickle the limit alone: a worker process starts with an empty cache."""
        return PictureCache, (self._limit,)

    def read(self, path: Path) -> DecodedPicture:
        """Return the picture of a file, from the cache or from the disk.

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


def _read(path: Path) -> DecodedPicture:
    """Decode a file and reduce the picture where it is larger than ``LONGEST_SIDE``."""
    try:
        pixels = read_image(path)
    except SourceError as error:
        raise DatasetError(str(error)) from error
    stored = frame_size(pixels)
    shrink = LONGEST_SIDE / max(stored)
    if shrink < 1:
        size = [max(1, round(side * shrink)) for side in stored]
        pixels = cast(Frame, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    width, height = frame_size(pixels)
    return DecodedPicture(path, pixels, mean_color(pixels), (width / stored[0], height / stored[1]))
