"""Film footage that stands in front of a wide backdrop."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import clip
from tracker.frames import Frame, frame_size
from tracker.synthetic.composited.footage import Footage

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stage:
    """The view of a camera that looks at footage and beyond its borders.

    Beyond the footage it sees the backdrop, a picture repeated mirrored in all directions: if the
    footage itself were continued, so would an object at its border.

    Attributes:
        footage: what is filmed; its pixels are the unit of the stage.
        backdrop: ``uint8`` RGB picture of any size, scaled to the height of the footage.
        size: ``(width, height)`` of the camera's frames in pixels.
        zoom: camera pixels per pixel of the footage.
        centers: ``(N, 2)`` where the camera looks in each frame, in pixels of the footage.
    """

    footage: Footage
    backdrop: Frame
    size: tuple[int, int]
    zoom: float
    centers: Array

    def boxes(self) -> tuple[Array, Array]:
        """Return boxes ``(N, 4)`` clipped to the camera's frame, and the share ``(N,)`` inside."""
        boxes = self.footage.boxes(len(self.centers))
        boxes[:, :2] -= self.centers
        boxes *= self.zoom
        boxes[:, :2] += np.array(self.size) / 2
        inside = clip(boxes, self.size)
        return inside, inside[:, 2:].prod(axis=1) / boxes[:, 2:].prod(axis=1)

    def frame(self, index: int) -> Frame:
        """Return the camera's frame ``index``."""
        filmed = self._seen(self.footage.frame(index), index, 1, cv2.BORDER_REPLICATE)
        inside = self._inside(index)
        if filmed[inside].shape == filmed.shape:
            return filmed
        enlarged = self.footage.size[1] / frame_size(self.backdrop)[1]
        frame = self._seen(self.backdrop, index, enlarged, cv2.BORDER_REFLECT)
        frame[inside] = filmed[inside]
        return frame

    def _seen(self, picture: Frame, index: int, enlarged: float, border: int) -> Frame:
        """Return a picture, enlarged to pixels of the footage, as the camera sees it.

        ``border`` is OpenCV's mode for what lies beyond its borders.
        """
        zoom = self.zoom * enlarged
        # warpAffine counts from the centre of the first pixel, our coordinates from its corner.
        shift = np.array(self.size) / 2 - self.zoom * self.centers[index] + (zoom - 1) / 2
        matrix = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
        seen = cv2.warpAffine(picture, matrix, self.size, flags=cv2.INTER_LINEAR, borderMode=border)
        return np.asarray(seen, np.uint8)

    def _inside(self, index: int) -> tuple[slice, slice]:
        """Return rows and columns of the camera's frame whose pixel centres are on the footage."""
        corner = np.array(self.size) / 2 - self.zoom * self.centers[index] - 0.5
        first = np.clip(np.ceil(corner), 0, self.size).astype(int)
        stop = np.clip(np.ceil(corner + self.zoom * np.array(self.footage.size)), 0, self.size)
        columns, rows = map(slice, first.tolist(), stop.astype(int).tolist())
        return rows, columns
