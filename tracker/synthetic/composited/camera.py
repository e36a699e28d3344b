"""Composite clips in which a camera pans away from the object, or the film cuts elsewhere."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.boxes import xywh_to_cxcywh
from tracker.frames import Frame
from tracker.synthetic.composited.composite import Composite
from tracker.synthetic.composited.footage import LONGEST_SIDE, Footage
from tracker.synthetic.composited.paths import ease, excursions, smooth
from tracker.synthetic.composited.stage import Stage
from tracker.synthetic.composited.timing import Timing, draw_timing

Array = NDArray[np.float64]

_WINDOW = (0.60, 0.75)  # side of the camera's view, as a share of the footage's
_LEAST_MARGIN = 1.3  # least sides of the view, relative to the object's
_SMALLEST_VIEW = 320  # pixels on the longer side; smaller views are enlarged to it


def leave(footage: Footage, backdrop: Frame, rng: np.random.Generator) -> Composite:
    """Composite a camera that follows the object, pans away until it is out of view, and returns.

    Args:
        footage: the object's clip.
        backdrop: what the camera sees beyond the clip's borders.
        rng: draws everything else.
    """
    timing = draw_timing(rng)
    shot = _Shot(footage, timing, rng)
    path = excursions(timing, shot.room, shot.out, rng)
    stage = shot.stage(backdrop, path)
    boxes, inside = stage.boxes()
    name = f"leave-{footage.name}"
    return Composite(name, "leave", stage.size, boxes, inside, timing.absent, stage.frame)


def cut(
    footage: Footage, elsewhere: Footage, backdrop: Frame, rng: np.random.Generator
) -> Composite:
    """Composite cuts to another clip and back; then the object is in the opposite quarter.

    Args:
        footage: the object's clip.
        elsewhere: a clip of another scene, without the object.
        backdrop: what the camera sees beyond the borders of the object's clip.
        rng: draws everything else.
    """
    timing = draw_timing(rng)
    shot = _Shot(footage, timing, rng)
    path, corner = np.zeros((timing.frames, 2)), rng.choice([-1, 1], 2)
    for start, stop in timing.presences:
        first, last = corner * shot.room * rng.uniform(0.6, 1, (2, 2))
        path[start:stop] = first + ease(stop - start)[:, np.newaxis] * (last - first)
        corner = -corner
    stage = shot.stage(backdrop, path)
    boxes, inside = stage.boxes()
    gone = timing.absent

    def paint(index: int) -> Frame:
        if gone[index]:
            picture = elsewhere.frame(index)
            return np.asarray(
                cv2.resize(picture, stage.size, interpolation=cv2.INTER_AREA), np.uint8
            )
        return stage.frame(index)

    name, visibility = f"cut-{footage.name}", np.where(gone, 0.0, inside)
    return Composite(name, "cut", stage.size, boxes, visibility, gone, paint)


class _Shot:
    """The view of a camera that follows the object; all lengths in pixels of the footage.

    Attributes:
        room: ``(2,)`` greatest distance between the centres of object and view, on each axis, at
            which the whole object is in view.
        out: ``(2,)`` distance, on either axis, from which on the whole object is out of view.
    """

    def __init__(self, footage: Footage, timing: Timing, rng: np.random.Generator) -> None:
        boxes = footage.boxes(timing.frames)
        centers, largest = xywh_to_cxcywh(boxes)[:, :2], boxes[:, 2:].max(axis=0)
        self._footage, self._followed = footage, smooth(centers)
        # The camera follows a smooth path: the object strays this far from it.
        astray = np.abs(centers - self._followed).max(axis=0)
        share = rng.uniform(*_WINDOW)
        self._window = np.maximum(
            share * np.array(footage.size), _LEAST_MARGIN * largest + 2 * astray
        )
        self.room = (self._window - largest) / 2 - astray
        # Interpolation spreads the object's pixels a little.
        self.out = (self._window + largest) / 2 + astray + 2

    def stage(self, backdrop: Frame, path: Array) -> Stage:
        """Return the stage that shows the object at ``path`` ``(N, 2)``, from the view's centre."""
        zoom = view_zoom(self._window)
        width, height = np.round(self._window * zoom).astype(int).tolist()
        return Stage(self._footage, backdrop, (width, height), zoom, self._followed - path)


def view_zoom(window: Array) -> float:
    """Return the zoom that brings a view's longer side to 320 to 640 pixels; 1 if it is there."""
    longer = float(np.max(window))
    return min(max(1.0, _SMALLEST_VIEW / longer), LONGEST_SIDE / longer)
