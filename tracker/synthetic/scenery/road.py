"""Paint the ground: drawn as a plan from above, then projected to the camera."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.synthetic.scenery.camera import EYE_HEIGHT, FOCAL, HORIZON, VIEW
from tracker.synthetic.scenery.sketch import Sketch
from tracker.synthetic.scenery.sprites import Sprite
from tracker.synthetic.scenery.textures import cells, fractal, leaves

_PLAN = (-660.0, 165.0, 1440.0, 800.0)  # x from, y from, x to, y to; y is the distance, units
_LENGTH = _PLAN[2] - _PLAN[0]
_LANES = (592, 484, 377, 269)  # distance of the middle of each lane, units


def ground(density: float, rng: np.random.Generator) -> Sprite:
    """Paint verge, four lanes of asphalt and near pavement, seen by a camera at place 0."""
    plan = _plan(1.25 * density, rng)
    left, right, top, bottom = -50.0, 1810.0, 203.0, 395.0
    sketch = Sketch((left, top, right, bottom), density, enlarge=1)
    _project(plan, sketch)
    grain = fractal(sketch.rgba.shape[:2], (2 * density, 3 * density), rng, 2)
    sketch.rgba[..., :3] *= 1 + 0.028 * grain[..., None]
    for tuft in np.arange(left, right, 4):
        leaves(sketch, (tuft, 206, 4, 3), 1.0, 16, rng, (120, 150, 70))
    return sketch.sprite()


def _project(plan: Sketch, sketch: Sketch) -> None:
    """Copy the plan to ``sketch`` in perspective."""
    density = sketch.density
    height, width = sketch.rgba.shape[:2]
    # Far rows hold many units of distance: several samples are averaged, in bands to save memory.
    fine, band = (8, 2), 16
    x = (np.arange(width * fine[1], dtype=np.float32) + 0.5) / (fine[1] * density) + sketch.left
    for first in range(0, height, band):
        rows = min(band, height - first)
        y = (np.arange(rows * fine[0], dtype=np.float32) + 0.5) / fine[0] + first
        scale = ((y / density + sketch.top - HORIZON) / EYE_HEIGHT)[:, None]
        across = ((x[None, :] - VIEW[0] / 2) / scale - plan.left) * plan.density - 0.5
        away = np.broadcast_to((FOCAL / scale - plan.top) * plan.density - 0.5, across.shape)
        image = cv2.remap(plan.rgba, across, away, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        sketch.rgba[first : first + rows] = cv2.resize(
            image, (width, rows), interpolation=cv2.INTER_AREA
        )


def _plan(density: float, rng: np.random.Generator) -> Sketch:
    """Draw the street from above; y is the distance from the camera in units."""
    plan = Sketch(_PLAN, density, enlarge=1)
    patches = _asphalt(plan, rng)
    _wear(plan, rng)
    _markings(plan, rng)
    _sides(plan, patches, rng)
    return plan


def _asphalt(plan: Sketch, rng: np.random.Generator) -> NDArray[np.float32]:
    """Cover the plan with asphalt; return its noise of large patches."""
    shape, density = plan.rgba.shape[:2], plan.density
    patches = fractal(shape, (60 * density, 260 * density), rng, 4)
    grain = fractal(shape, (6 * density, 6 * density), rng, 3)
    away = ((np.arange(shape[0]) + 0.5) / density + plan.top)[:, None]
    # Tyres polish two darker tracks in each lane.
    tracks = [lane + side for lane in _LANES for side in (-24, 24)]
    polish = 9 * np.exp(-(((away - tracks) / 11) ** 2)).sum(axis=1, keepdims=True)
    tone = 114 + 4 * patches + 4 * grain - polish
    plan.rgba[:] = tone[..., None].astype(np.float32) * np.array([1.0, 0.99, 0.985, 0], np.float32)
    plan.rgba[..., 3] = 255
    return patches


def _wear(plan: Sketch, rng: np.random.Generator) -> None:
    """Draw mended rectangles and long cracks."""
    for _ in range(16):
        x, y = rng.uniform(-600, 1350), rng.uniform(230, 600)
        size = rng.uniform(40, 150), rng.uniform(18, 60)
        plan.rect(x, y, *size, (82, 82, 84), opacity=0.55, soft=1.0)
    for _ in range(26):
        steps = np.cumsum(rng.normal(0, 1, (60, 2)) * (6, 3) + rng.normal(0, 3, 2), axis=0)
        path = plan.pixels(steps + rng.uniform((-650, 220), (1400, 640)))
        cv2.polylines(plan.rgba, [path], False, (64, 64, 66, 255), max(1, round(plan.density)))


def _markings(plan: Sketch, rng: np.random.Generator) -> None:
    """Draw lane lines, edge lines and manhole covers."""
    paint = cells(rng, 0.05, (2.0, 2.0))
    for boundary in (538, 430, 323):
        for x in np.arange(-700.0, 1440, 150).tolist():
            plan.rect(x, boundary - 4, 75, 8, (226, 224, 214), shade=paint)
    for boundary in (636, 222):
        plan.rect(plan.left, boundary, _LENGTH, 6, (222, 220, 208), shade=paint)
    for x in np.arange(-480.0, 1400, 310).tolist():
        y = float(rng.choice(_LANES))
        plan.disc(x, y, 13, (60, 60, 62))
        plan.disc(x, y, 10, (86, 84, 82), shade=lambda u, _: 1 + 0.25 * np.sign(np.sin(u * 1.6)))


def _sides(plan: Sketch, patches: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Draw grass and kerb on the far side, paving slabs and kerb on the near side."""
    start, density = plan.left, plan.density
    blades = fractal(plan.rgba.shape[:2], (8 * density, 3 * density), rng, 3)
    plan.rect(start, 672, _LENGTH, 128, (116, 142, 72), shade=plan.texture(blades, 0.16))
    plan.rect(start, 648, _LENGTH, 24, (176, 172, 164))
    plan.rect(start, 645, _LENGTH, 5, (70, 70, 70), opacity=0.6, soft=2)
    plan.rect(start, 165, _LENGTH, 48, (168, 162, 154), shade=plan.texture(patches, 0.04))
    for x in np.arange(-660.0, 1440, 44).tolist():
        plan.rect(x, 165, 1.5, 44, (120, 116, 110), opacity=0.8)
    plan.rect(start, 206, _LENGTH, 9, (192, 188, 180))
    plan.rect(start, 214, _LENGTH, 5, (66, 66, 68), opacity=0.7, soft=1.2)
