"""Cut objects out of stills and paste them over another still, filmed by a hand-held camera."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.frames import Frame, frame_size
from tracker.synthetic.composited.paths import smooth

Array = NDArray[np.float64]

VIEW = (480, 360)
"""Width and height of the frames, pixels."""

_DRIFT, _SHAKE = 12.0, 1.0  # standard deviations of the camera's slow and fast motion, pixels
_FEATHER = 0.06  # width of a cut-out's soft edge, as a share of half its sides
_ROUNDNESS = 4  # exponent of its outline, a superellipse: 2 is an ellipse, more fills the box


@dataclass(frozen=True, eq=False)
class Cutout:
    """A cut-out object and its box in each frame.

    Attributes:
        pixels: ``uint8`` RGB picture of the object, of any size.
        boxes: ``(N, 4)`` ``(x, y, w, h)`` that it fills in each frame, pixels of the view.
    """

    pixels: Frame
    boxes: Array

    def over(self, frame: Frame, index: int) -> Frame:
        """Return the frame with the object pasted into box ``index``."""
        x, y, w, h = self.boxes[index]
        opacity = _opacity(x, y, w, h)
        if not opacity.any():
            return frame
        zoom = np.array([w, h]) / frame_size(self.pixels)
        pasted = _placed(self.pixels, zoom, np.array([x, y]))
        blended: Frame = np.rint(frame * (1 - opacity) + pasted * opacity).astype(np.uint8)
        return blended


@dataclass(frozen=True, eq=False)
class Scene:
    """Cut-outs over a background.

    Attributes:
        background: ``uint8`` RGB picture, scaled to fill the view.
        camera: ``(N, 2)`` shift of the background in each frame, pixels.
        cutouts: from the rearmost to the foremost.
    """

    background: Frame
    camera: Array
    cutouts: tuple[Cutout, ...]

    def frame(self, index: int) -> Frame:
        """Return frame ``index``: ``uint8`` RGB ``(H, W, 3)`` of the size ``VIEW``."""
        zoom = max(np.array(VIEW) / frame_size(self.background))
        frame = _placed(self.background, np.array([zoom, zoom]), self.camera[index])
        for cutout in self.cutouts:
            frame = cutout.over(frame, index)
        return frame


def camera_motion(frames: int, rng: np.random.Generator) -> Array:
    """Draw the shift of a hand-held camera's picture in each frame: ``(frames, 2)`` pixels."""
    drift = smooth(rng.normal(size=(frames, 2)), sigma=20)
    motion: Array = (
        _DRIFT * drift / drift.std() + smooth(rng.normal(size=(frames, 2)), sigma=1) * _SHAKE
    )
    return motion


def cut_out(picture: Frame, box: Box, largest: Array) -> Frame:
    """Return the pixels in a box, shrunk if they exceed the largest size at which they are shown.

    Args:
        picture: ``uint8`` RGB.
        box: ``(x, y, w, h)`` in the picture, pixels.
        largest: ``(2,)`` width and height, pixels.
    """
    left, top = np.floor(box[:2]).astype(int)
    right, bottom = np.ceil(np.add(box[:2], box[2:])).astype(int)
    pixels = picture[max(top, 0) : bottom, max(left, 0) : right]
    if np.any(frame_size(pixels) > largest):
        size = np.ceil(largest).astype(int).tolist()
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return pixels


def size_of(box: Box, side: Array | float) -> Array:
    """Return sizes ``(..., 2)`` with the shape of ``box`` and the areas ``side`` squared."""
    shape = np.array(box[2:]) / np.sqrt(box[2] * box[3])
    sizes: Array = np.multiply.outer(side, shape)
    return sizes


def _placed(picture: Frame, zoom: Array, corner: Array) -> Frame:
    """Draw a picture into the view with its top-left corner at a place, mirrored beyond borders."""
    shift = corner + (zoom - 1) / 2  # warpAffine counts from the centre of the first pixel
    matrix = np.column_stack([np.diag(zoom), shift])
    placed = cv2.warpAffine(picture, matrix, VIEW, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(placed, np.uint8)


def _opacity(x: float, y: float, w: float, h: float) -> Array:
    """Return the opacity ``(H, W, 1)`` of a cut-out: 1 in its box, falling to 0 at the sides."""
    across = (np.arange(VIEW[0]) + 0.5 - x - w / 2) / (w / 2)
    down = (np.arange(VIEW[1]) + 0.5 - y - h / 2) / (h / 2)
    radius = np.add.outer(np.abs(down) ** _ROUNDNESS, np.abs(across) ** _ROUNDNESS)
    opacity: Array = np.clip((1 - radius ** (1 / _ROUNDNESS)) / _FEATHER, 0, 1)
    return opacity[..., np.newaxis]
