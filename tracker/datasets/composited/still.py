"""The object of a still picture moves over another still and out of the frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box, clip, cxcywh_to_xywh
from tracker.datasets.composited.composite import Composite
from tracker.datasets.composited.paths import excursions, smooth
from tracker.datasets.composited.timing import draw_timing
from tracker.frames import Frame, frame_size

Array = NDArray[np.float64]

_VIEW = (480, 360)
_SIDE = (60, 100)  # square root of the object's area, pixels
_GROWTH = 0.25  # greatest change of the size's logarithm
_GROWTH_PERIOD = (120, 240)  # frames
_DRIFT, _SHAKE = 12.0, 1.0  # standard deviations of the camera's slow and fast motion, pixels
_FEATHER = 0.06  # of the cut-out's edge, as a share of half its sides
_ROUNDNESS = 4  # exponent of its outline, a superellipse: 2 is an ellipse, more is nearer the box


def still(
    name: str, picture: Frame, box: Box, background: Frame, rng: np.random.Generator
) -> Composite:
    """An object cut out of a picture that moves over a background seen by a shaking camera.

    Args:
        name: of the object.
        picture, box: the object's picture and its box there, ``(x, y, w, h)`` in pixels.
        background: picture that is enlarged or shrunk to fill the frame.
        rng: draws everything else.
    """
    timing = draw_timing(rng)
    period, phase = rng.uniform(*_GROWTH_PERIOD), rng.uniform(0, 2 * np.pi)
    waves = np.sin(2 * np.pi * np.arange(timing.frames) / period + phase)
    side = rng.uniform(*_SIDE)
    sizes = np.outer(side * np.exp(_GROWTH * waves), np.array(box[2:]) / np.sqrt(box[2] * box[3]))
    largest = sizes.max(axis=0)

    camera = _camera_motion(timing.frames, rng)
    farthest = np.abs(camera).max(axis=0)
    room = np.maximum((np.array(_VIEW) - largest) / 2 - farthest, 0)
    out = (np.array(_VIEW) + largest) / 2 + farthest + 2
    centers = np.array(_VIEW) / 2 + excursions(timing, room, out, rng) + camera

    boxes = cxcywh_to_xywh(np.column_stack([centers, sizes]))
    inside = clip(boxes, _VIEW)
    visibility = inside[:, 2:].prod(axis=1) / boxes[:, 2:].prod(axis=1)
    scene = _Scene(_cut_out(picture, box, largest), background, camera, boxes)
    return Composite(
        f"still-{name}", "still", _VIEW, inside, visibility, timing.absent, scene.frame
    )


@dataclass(frozen=True, eq=False)
class _Scene:
    """An object that is pasted into ``boxes`` ``(N, 4)`` over a background moved by ``camera``."""

    cutout: Frame
    background: Frame
    camera: Array
    boxes: Array

    def frame(self, index: int) -> Frame:
        zoom = max(np.array(_VIEW) / frame_size(self.background))
        frame = _placed(self.background, np.array([zoom, zoom]), self.camera[index])
        x, y, w, h = self.boxes[index]
        opacity = _opacity(x, y, w, h)
        if not opacity.any():
            return frame
        zoom = np.array([w, h]) / frame_size(self.cutout)
        pasted = _placed(self.cutout, zoom, np.array([x, y]))
        return np.rint(frame * (1 - opacity) + pasted * opacity).astype(np.uint8)


def _camera_motion(frames: int, rng: np.random.Generator) -> Array:
    """Where a hand-held camera's picture is shifted to in each frame: ``(frames, 2)`` pixels."""
    drift = smooth(rng.normal(size=(frames, 2)), sigma=20)
    return _DRIFT * drift / drift.std() + smooth(rng.normal(size=(frames, 2)), sigma=1) * _SHAKE


def _cut_out(picture: Frame, box: Box, largest: Array) -> Frame:
    """The pixels in the box, shrunk to the largest size at which they will be shown."""
    left, top = np.floor(box[:2]).astype(int)
    right, bottom = np.ceil(np.add(box[:2], box[2:])).astype(int)
    pixels = picture[max(top, 0) : bottom, max(left, 0) : right]
    if np.any(frame_size(pixels) > largest):
        size = np.ceil(largest).astype(int).tolist()
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return pixels


def _placed(picture: Frame, zoom: Array, corner: Array) -> Frame:
    """A picture in the view with its top-left corner at a place; mirrored beyond its borders."""
    shift = corner + (zoom - 1) / 2  # warpAffine counts from the centre of the first pixel
    matrix = np.column_stack([np.diag(zoom), shift])
    return cv2.warpAffine(picture, matrix, _VIEW, borderMode=cv2.BORDER_REFLECT)


def _opacity(x: float, y: float, w: float, h: float) -> NDArray[np.float64]:
    """Opacity ``(H, W, 1)`` of a cut-out in a box: 1 inside, falling to 0 at the box's sides."""
    across = (np.arange(_VIEW[0]) + 0.5 - x - w / 2) / (w / 2)
    down = (np.arange(_VIEW[1]) + 0.5 - y - h / 2) / (h / 2)
    radius = np.add.outer(np.abs(down) ** _ROUNDNESS, np.abs(across) ** _ROUNDNESS)
    return np.clip((1 - radius ** (1 / _ROUNDNESS)) / _FEATHER, 0, 1)[..., np.newaxis]
