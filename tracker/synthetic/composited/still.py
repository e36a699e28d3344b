"""Composite an object of one still that moves over another still and out of the frame."""

import numpy as np

from tracker.boxes import Box, clip, cxcywh_to_xywh
from tracker.frames import Frame
from tracker.synthetic.composited.composite import Composite
from tracker.synthetic.composited.cutouts import (
    VIEW,
    Cutout,
    Scene,
    camera_motion,
    cut_out,
    size_of,
)
from tracker.synthetic.composited.paths import excursions
from tracker.synthetic.composited.timing import draw_timing

_SIDE = (60, 100)  # square root of the object's area, pixels
_GROWTH = 0.25  # amplitude of the logarithm of its size
_GROWTH_PERIOD = (120, 240)  # frames


def still(
    name: str, picture: Frame, box: Box, background: Frame, rng: np.random.Generator
) -> Composite:
    """Composite an object cut out of a picture and a background filmed by a hand-held camera.

    Args:
        name: name of the object.
        picture: the object's picture.
        box: its box there, ``(x, y, w, h)`` in pixels.
        background: picture that is scaled to fill the frame.
        rng: draws everything else.
    """
    timing = draw_timing(rng)
    period, phase = rng.uniform(*_GROWTH_PERIOD), rng.uniform(0, 2 * np.pi)
    waves = np.sin(2 * np.pi * np.arange(timing.frames) / period + phase)
    sizes = size_of(box, rng.uniform(*_SIDE) * np.exp(_GROWTH * waves))
    largest = sizes.max(axis=0)

    camera = camera_motion(timing.frames, rng)
    farthest = np.abs(camera).max(axis=0)
    room = np.maximum((np.array(VIEW) - largest) / 2 - farthest, 0)
    out = (np.array(VIEW) + largest) / 2 + farthest + 2
    centers = np.array(VIEW) / 2 + excursions(timing, room, out, rng) + camera

    boxes = cxcywh_to_xywh(np.column_stack([centers, sizes]))
    inside = clip(boxes, VIEW)
    visibility = inside[:, 2:].prod(axis=1) / boxes[:, 2:].prod(axis=1)
    scene = Scene(background, camera, (Cutout(cut_out(picture, box, largest), boxes),))
    return Composite(f"still-{name}", "still", VIEW, inside, visibility, timing.absent, scene.frame)
