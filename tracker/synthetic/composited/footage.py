"""Turn a short annotated clip into footage of any length."""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import clip, xywh_to_cxcywh
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.frames import Frame, frame_size

LONGEST_SIDE = 640
"""Pictures with a longer side are shrunk to it, pixels."""


class Footage:
    """A clip that runs forwards, then backwards, without end.

    Clips of which only every n-th frame was kept are slowed down: each picture is held for n
    frames and shifted as a whole so that the object moves evenly in between. What a shift uncovers
    is black, so that an object cut off by the border does not seem to continue beyond it.

    Args:
        clip: two pictures or more of one size, with a box in every frame.
        hold: frames of footage per picture, >= 1; more slows the clip down.

    Raises:
        DatasetError: there are fewer than two pictures, or the object is not in every frame.
    """

    def __init__(self, clip: Sequence, hold: int = 1) -> None:
        if len(clip.frame_paths) < 2 or not clip.visible.all():
            raise DatasetError(f"{clip.name}: expected two pictures or more, with a box in each")
        self.name, self._clip, self._hold = clip.name, clip, hold

    @property
    def folder(self) -> str:
        """Folder of the pictures; sequences in the same folder show the same scene."""
        return str(self._clip.frame_paths[0].parent)

    @cached_property
    def size(self) -> tuple[int, int]:
        """``(width, height)`` of the frames, at most 640 pixels on the longer side."""
        width, height = frame_size(self._clip.read_frame(0))
        scale = min(1, LONGEST_SIDE / max(width, height))
        self._scale = scale
        return round(width * scale), round(height * scale)

    def boxes(self, frames: int) -> NDArray[np.float64]:
        """Return the boxes ``(frames, 4)`` of the first frames, clipped to the frame."""
        rows, shifts = self._rows_and_shifts(np.arange(frames))
        boxes = clip(self._scaled_boxes[rows], self.size)
        boxes[:, :2] += shifts
        return clip(boxes, self.size)

    def frame(self, index: int) -> Frame:
        """Return frame ``index`` of the footage, any from 0 on: ``uint8`` RGB ``(H, W, 3)``."""
        rows, shifts = self._rows_and_shifts(np.array([index]))
        picture = self._clip.read_frame(int(rows[0]))
        if frame_size(picture) != self.size:
            shrunk = cv2.resize(picture, self.size, interpolation=cv2.INTER_AREA)
            picture = np.asarray(shrunk, np.uint8)
        if not shifts.any():
            return picture
        matrix = np.column_stack([np.eye(2), shifts[0]])
        return np.asarray(cv2.warpAffine(picture, matrix, self.size), np.uint8)

    @cached_property
    def _scaled_boxes(self) -> NDArray[np.float64]:
        """The clip's boxes in pixels of the footage."""
        width, _ = frame_size(self._clip.read_frame(0))
        return self._clip.boxes * (self.size[0] / width)

    def _rows_and_shifts(
        self, indices: NDArray[np.int_]
    ) -> tuple[NDArray[np.int_], NDArray[np.float64]]:
        """Return for each frame of footage the row of the clip and its shift ``(..., 2)``."""
        last = len(self._clip) - 1
        times = last - np.abs(indices / self._hold % (2 * last) - last)  # there and back
        rows = np.floor(times + 0.5).astype(int)
        centers = xywh_to_cxcywh(self._scaled_boxes)[:, :2]
        before, after = np.floor(times).astype(int), np.ceil(times).astype(int)
        weight = (times - before)[:, np.newaxis]
        smooth = centers[before] * (1 - weight) + centers[after] * weight
        return rows, smooth - centers[rows]
