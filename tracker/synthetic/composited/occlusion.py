"""Composite clips in which something slides over the object and hides it for a while."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import xywh_to_cxcywh
from tracker.frames import Frame
from tracker.synthetic.composited.camera import view_zoom
from tracker.synthetic.composited.composite import Composite
from tracker.synthetic.composited.footage import Footage
from tracker.synthetic.composited.paths import draw_angles, ease, on_rim, smooth
from tracker.synthetic.composited.stage import Stage
from tracker.synthetic.composited.timing import TRANSITION, Timing, draw_timing

Array = NDArray[np.float64]

_MARGIN = 1.1  # size of the opaque part, relative to what the object needs
_SOFTNESS = 0.15  # width of the soft edge, as a share of the opaque part's


def occlusion(footage: Footage, texture: Frame, rng: np.random.Generator) -> Composite:
    """Composite an occluder that slides in, moves with the object, and slides off again.

    Args:
        footage: the object's clip; the camera shows all of it.
        texture: picture on the occluder, stretched to its size.
        rng: draws everything else.
    """
    timing = draw_timing(rng)
    view = np.array(footage.size)
    zoom = view_zoom(view)
    width, height = np.round(view * zoom).astype(int).tolist()
    middle = np.tile(view / 2, (timing.frames, 1))
    stage = Stage(footage, texture, (width, height), zoom, middle)
    boxes, inside = stage.boxes()
    occluder = _occluder(boxes, timing, stage.size, texture, rng)

    def paint(index: int) -> Frame:
        return occluder.over(stage.frame(index), index)

    name, visibility = f"occlusion-{footage.name}", inside * (1 - occluder.cover(boxes))
    return Composite(name, "occlusion", stage.size, boxes, visibility, timing.absent, paint)


@dataclass(frozen=True, eq=False)
class Occluder:
    """A textured rectangle with soft edges on a path.

    Attributes:
        texture: ``uint8`` RGB picture of the occluder's size, soft edges included.
        opaque: ``(2,)`` half of the width and height of the opaque part, pixels.
        softness: ``(2,)`` width of the edge around it in which the opacity falls to 0, pixels.
        centers: ``(N, 2)`` its centre in each frame.
    """

    texture: Frame
    opaque: Array
    softness: Array
    centers: Array

    def over(self, frame: Frame, index: int) -> Frame:
        """Return the frame with the occluder at centre ``index``."""
        height, width = frame.shape[:2]
        opacity = np.outer(
            self._opacity(np.arange(height) + 0.5, index, 1),
            self._opacity(np.arange(width) + 0.5, index, 0),
        )[..., np.newaxis]
        if not opacity.any():
            return frame
        corner = self.centers[index] - self.opaque - self.softness
        matrix = np.column_stack([np.eye(2), corner])
        placed = cv2.warpAffine(
            self.texture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
        )
        blended: Frame = np.rint(frame * (1 - opacity) + placed * opacity).astype(np.uint8)
        return blended

    def cover(self, boxes: Array) -> Array:
        """Return the mean opacity over each box ``(N, 4)``: ``(N,)`` in [0, 1]."""
        starts = boxes[:, :2] - self.centers
        areas = self._opacity_up_to(starts + boxes[:, 2:]) - self._opacity_up_to(starts)
        cover: Array = np.minimum((areas / boxes[:, 2:]).prod(axis=1), 1)  # rounding can exceed 1
        return cover

    def _opacity(self, places: NDArray[np.floating[Any]], index: int, axis: int) -> Array:
        """Return the opacity at places along one axis in frame ``index``."""
        distances = np.abs(places - self.centers[index, axis])
        edge = self.opaque[axis] + self.softness[axis]
        opacity: Array = np.clip((edge - distances) / self.softness[axis], 0, 1)
        return opacity

    def _opacity_up_to(self, offsets: Array) -> Array:
        """Integrate the opacity along each axis from the centre to ``offsets`` ``(N, 2)``."""
        distances = np.minimum(np.abs(offsets), self.opaque + self.softness)
        into_edge = np.maximum(distances - self.opaque, 0)
        integral: Array = np.sign(offsets) * (distances - into_edge**2 / (2 * self.softness))
        return integral


def _occluder(
    boxes: Array, timing: Timing, size: tuple[int, int], picture: Frame, rng: np.random.Generator
) -> Occluder:
    """Draw an occluder just large enough to hide the object in every frame of an absence."""
    centers = xywh_to_cxcywh(boxes)[:, :2]
    path = smooth(centers)
    hidden = timing.absent
    needed = np.abs(centers - path)[hidden].max(axis=0) + boxes[hidden, 2:].max(axis=0) / 2
    opaque = _MARGIN * needed
    softness = 2 * _SOFTNESS * opaque
    whole = np.ceil(2 * (opaque + softness)).astype(int).tolist()
    texture = np.asarray(cv2.resize(picture, whole, interpolation=cv2.INTER_LINEAR), np.uint8)

    outside = np.array(size) / 2 + opaque + softness
    angles = draw_angles(rng, 2 * len(timing.absences))
    sides = np.array(size) / 2 + on_rim(angles, outside)
    places = np.tile(sides[0], (timing.frames, 1))
    slide = ease(TRANSITION)[:, np.newaxis]
    for number, (start, stop) in enumerate(timing.absences):
        before, after = start - TRANSITION, stop + TRANSITION
        come, go = sides[2 * number], sides[2 * number + 1]
        places[before:start] = come + slide * (path[before:start] - come)
        places[start:stop] = path[start:stop]
        places[stop:after] = path[stop:after] + slide * (go - path[stop:after])
        places[after:] = go
    return Occluder(texture, opaque, softness, places)
