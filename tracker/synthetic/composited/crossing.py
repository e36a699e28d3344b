"""Two look-alikes cut out of stills pass in front of each other, three times."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

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

_CROSSINGS = 3
_PERIOD = 70  # frames from one parting to the next
_FRAMES = _CROSSINGS * _PERIOD
_SIDE = (50, 80)  # square root of the objects' area, pixels
_LONGEST = 120.0  # side of an object, pixels
_GAP = 10  # pixels more than the longest side that each is from the middle when they part
_FLATNESS = 0.6  # of the view and of what happens in it: up and down there is less room
_DRIFT = (40.0, 25.0)  # amplitude of the way both go together, across and down, pixels
_DRIFT_PERIODS = (1.0, 1.3)  # in a sequence
_APART_BELOW = 0.05  # overlap of the two boxes
_BRIGHTNESS = (0.85, 1.15)  # of a twin, relative to the object it mirrors


@dataclass(frozen=True, eq=False)
class Crossing:
    """Frames of two objects with the exact truth; both are inside every frame.

    At a meeting one is in front of the other, and it is the other's turn at the next meeting; that
    changes at a parting, when they do not touch.

    Attributes:
        name: a name of its own in its set.
        kind: "twin" or "kin", as in ``crossing``.
        size: ``(width, height)`` of the frames in pixels.
        boxes: ``(2, N, 4)`` float64 ``(x, y, w, h)`` in pixels, 0-based: those of the first object
            and those of the second, hidden or not.
        meetings: the frames in which their middle points are the same.
        partings: for each meeting the frame after it in which they are farthest apart.
        paint: makes frame ``i``, ``uint8`` RGB ``(H, W, 3)``; the same pixels in every call.
    """

    name: str
    kind: str
    size: tuple[int, int]
    boxes: Array
    meetings: tuple[int, ...]
    partings: tuple[int, ...]
    paint: Callable[[int], Frame]

    def __post_init__(self) -> None:
        self.boxes.flags.writeable = False

    def __len__(self) -> int:
        return self.boxes.shape[1]

    @property
    def apart(self) -> NDArray[np.bool_]:
        """``(N,)`` whether the two boxes overlap by less than 0.05."""
        return overlap(*self.boxes) < _APART_BELOW

    def frames(self) -> Iterator[Frame]:
        """Make all frames in order, one at a time."""
        return map(self.paint, range(len(self)))


def crossing(
    name: str,
    kind: Literal["twin", "kin"],
    first: tuple[Frame, Box],
    second: tuple[Frame, Box],
    background: Frame,
    rng: np.random.Generator,
) -> Crossing:
    """Two objects that swing through each other over a background seen by a hand-held camera.

    Args:
        name: of the pair.
        kind: "kin" are two objects that look alike. Of a "twin" both are given as the same; the
            second is shown mirrored and up to 15 % brighter or darker.
        first, second: the picture of each object and its box there, ``(x, y, w, h)`` in pixels.
        background: picture that is enlarged or shrunk to fill the frame.
        rng: draws everything else.
    """
    side = rng.uniform(*_SIDE)
    sizes = np.array([_limited(size_of(box, side)) for _, box in (first, second)])
    pixels = [
        cut_out(*thing, largest) for thing, largest in zip((first, second), sizes, strict=True)
    ]
    if kind == "twin":
        pixels[1] = _mirrored(pixels[1], rng)

    swing, drift, camera = _swing(sizes.max(), rng), _drift(rng), camera_motion(_FRAMES, rng)
    room = (np.array(VIEW) - sizes.max(axis=0)) / 2 - np.abs(swing).max(axis=0)
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
    """Where the first object is from the middle, which the other mirrors: ``(N, 2)`` pixels."""
    angle = rng.uniform(0, np.pi)
    farthest = (longest + _GAP) * np.array([np.cos(angle), _FLATNESS * np.sin(angle)])
    return np.outer(np.cos(np.pi * np.arange(_FRAMES) / _PERIOD), farthest)


def _drift(rng: np.random.Generator) -> Array:
    """Where both objects go together: ``(N, 2)`` pixels."""
    phases = rng.uniform(0, 2 * np.pi, 2)
    turns = np.outer(np.arange(_FRAMES) / _FRAMES, _DRIFT_PERIODS)
    return np.array(_DRIFT) * np.sin(2 * np.pi * turns + phases)


def _limited(size: Array) -> Array:
    """A size ``(2,)``, reduced where a side would be too long."""
    return size * min(1, _LONGEST / size.max())


def _mirrored(pixels: Frame, rng: np.random.Generator) -> Frame:
    """The pixels left to right, a little brighter or darker."""
    return np.clip(np.rint(pixels[:, ::-1] * rng.uniform(*_BRIGHTNESS)), 0, 255).astype(np.uint8)
