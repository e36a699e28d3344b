"""Composite two look-alikes, cut out of stills, that pass in front of each other three times."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box, cxcywh_to_xywh, overlap
from tracker.frames import Frame
from tracker.synthetic.composited.cutouts import (
    VIEW,
    Cutout,
    Scene,
    camera_motion,
    cut_out,
    size_of,
)

Array = NDArray[np.float64]
Likeness = Literal["twin", "kin"]
"""Whether the second object is the first one mirrored, or another one that looks alike."""

_CROSSINGS = 3
_PERIOD = 70  # frames from one parting to the next
_FRAMES = _CROSSINGS * _PERIOD
_SIDE = (50, 80)  # square root of the objects' area, pixels
_LONGEST = 120.0  # greatest side of an object, pixels
_GAP = 10  # at a parting, each is the longest side and this many pixels from the middle
_FLATNESS = 0.6  # vertical motion relative to horizontal: the view is wider than high
_DRIFT = (40.0, 25.0)  # amplitude of the motion that both share, across and down, pixels
_DRIFT_PERIODS = (1.0, 1.3)  # periods of that motion in a sequence
_APART_BELOW = 0.05  # the objects are apart while their boxes overlap by less
_BRIGHTNESS = (0.85, 1.15)  # of a twin, relative to the object that it mirrors


class PicturedObject(NamedTuple):
    """A picture and the box ``(x, y, w, h)`` of one object in it, pixels."""

    picture: Frame
    box: Box


@dataclass(frozen=True, eq=False)
class Crossing:
    """Frames of two objects with exact truth; both are inside every frame.

    They take turns at being in front: the order changes at each parting, when they do not touch.

    Attributes:
        name: unique in its set.
        kind: as in ``crossing``.
        size: ``(width, height)`` of the frames in pixels.
        boxes: ``(2, N, 4)`` float64 ``(x, y, w, h)`` in pixels, 0-based: of the first and of the
            second object, hidden or not.
        meetings: the frames in which their centres coincide.
        partings: for each meeting, the frame after it in which they are farthest apart.
        paint: returns frame ``i``, ``uint8`` RGB ``(H, W, 3)``; the same pixels in every call.
    """

    name: str
    kind: Likeness
    size: tuple[int, int]
    boxes: Array
    meetings: tuple[int, ...]
    partings: tuple[int, ...]
    paint: Callable[[int], Frame]

    def __post_init__(self) -> None:
        self.boxes.flags.writeable = False

    def __len__(self) -> int:
        return len(self.boxes[0])

    @property
    def apart(self) -> NDArray[np.bool_]:
        """``(N,)`` whether the two boxes overlap by less than 0.05."""
        return overlap(*self.boxes) < _APART_BELOW

    def frames(self) -> Iterator[Frame]:
        """Make all frames in order, one at a time."""
        return map(self.paint, range(len(self)))


def crossing(
    name: str,
    kind: Likeness,
    first: PicturedObject,
    second: PicturedObject,
    background: Frame,
    rng: np.random.Generator,
) -> Crossing:
    """Composite two objects that swing through each other, filmed by a hand-held camera.

    Args:
        name: name of the pair.
        kind: "kin" for two objects that look alike; "twin" for one object, passed twice, of which
            the second is shown mirrored and up to 15 % brighter or darker.
        first: one object.
        second: the other object; the same as the first for "twin".
        background: picture that is scaled to fill the frame.
        rng: draws everything else.
    """
    side = rng.uniform(*_SIDE)
    sizes = np.array([_limited(size_of(box, side)) for _, box in (first, second)])
    pixels = [cut_out(*each, largest) for each, largest in zip((first, second), sizes, strict=True)]
    if kind == "twin":
        pixels[1] = _mirrored(pixels[1], rng)

    swing, drift, camera = _swing(sizes.max(), rng), _drift(rng), camera_motion(_FRAMES, rng)
    room = (np.array(VIEW) - sizes.max(axis=0)) / 2 - np.abs(swing).max(axis=0)
    # Drift and shake are reduced where they would move an object out of view.
    calm = np.minimum(room / np.abs(drift + camera).max(axis=0), 1)
    middle = np.array(VIEW) / 2 + calm * (drift + camera)
    centers = np.array([middle + swing, middle - swing])

    boxes = cxcywh_to_xywh(
        np.concatenate([centers, np.repeat(sizes[:, np.newaxis], _FRAMES, axis=1)], axis=-1)
    )
    one, other = map(Cutout, pixels, boxes)
    scenes = [Scene(background, calm * camera, order) for order in ((one, other), (other, one))]

    def paint(index: int) -> Frame:
        return scenes[index // _PERIOD % 2].frame(index)

    partings = (*range(_PERIOD, _FRAMES, _PERIOD), _FRAMES - 1)
    meetings = tuple(range(_PERIOD // 2, _FRAMES, _PERIOD))
    return Crossing(f"{kind}-{name}", kind, VIEW, boxes, meetings, partings, paint)


def _swing(longest: float, rng: np.random.Generator) -> Array:
    """Return the first object's offset from the middle, ``(N, 2)``; the second's is opposite."""
    angle = rng.uniform(0, np.pi)
    farthest = (longest + _GAP) * np.array([np.cos(angle), _FLATNESS * np.sin(angle)])
    return np.outer(np.cos(np.pi * np.arange(_FRAMES) / _PERIOD), farthest)


def _drift(rng: np.random.Generator) -> Array:
    """Return the motion that both objects share: ``(N, 2)`` pixels."""
    phases = rng.uniform(0, 2 * np.pi, 2)
    turns = np.outer(np.arange(_FRAMES) / _FRAMES, _DRIFT_PERIODS)
    return np.array(_DRIFT) * np.sin(2 * np.pi * turns + phases)


def _limited(size: Array) -> Array:
    """Return a size ``(2,)``, reduced if a side is too long."""
    limited: Array = size * min(1, _LONGEST / size.max())
    return limited


def _mirrored(pixels: Frame, rng: np.random.Generator) -> Frame:
    """Flip pixels left to right and make them a little brighter or darker."""
    brighter = np.rint(pixels[:, ::-1] * rng.uniform(*_BRIGHTNESS))
    mirrored: Frame = np.clip(brighter, 0, 255).astype(np.uint8)
    return mirrored
