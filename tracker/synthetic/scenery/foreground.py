"""Paint what stands close to the camera and briefly hides the target: a tree and lamp posts."""

import cv2
import numpy as np

from tracker.synthetic.scenery.sketch import Floats, Sketch
from tracker.synthetic.scenery.sprites import Sprite
from tracker.synthetic.scenery.textures import fractal, leaves


def near_tree(density: float, rng: np.random.Generator) -> Sprite:
    """Paint a thick plane tree, 25 units across; (0, 0) is the foot of its trunk."""
    sketch = Sketch((-95, -165, 95, 2), 2.6 * density, enlarge=1)
    shape, unit = sketch.rgba.shape[:2], sketch.density
    furrows = sketch.texture(fractal(shape, (14 * unit, 4 * unit), rng, 4), 0.09)
    flakes = np.tanh(3 * fractal(shape, (15 * unit, 8 * unit), rng, 4) - 1)
    flakes = np.asarray(cv2.GaussianBlur(flakes, (0, 0), 0.15 * unit), flakes.dtype)
    peeled = sketch.texture(flakes, 0.13)
    heights = np.linspace(2, -165, 14)
    flare = 11.6 + 6 * np.exp((heights - 2) / 13) + 2.5 * np.exp((-165 - heights) / 14)
    lean = 1.3 * np.sin(heights / 31) + rng.uniform(-0.4, 0.4, 14)
    right, left = np.stack([lean + flare, heights], 1), np.stack([lean - flare, heights], 1)

    def bark(u: Floats, v: Floats) -> Floats:
        """Return the light on the trunk: furrows, peeled flakes, and darker sides."""
        rounding: Floats = 0.36 + 0.80 * np.sqrt(np.clip(1 - ((u + 5) / 18.5) ** 2, 0, 1))
        return furrows(u, v) * peeled(u, v) * rounding

    sketch.fill(
        np.concatenate([right, left[::-1]]), (146, 134, 112), shade=bark, rounding=2, soft=0.12
    )
    for x in rng.permutation(np.linspace(-76, 76, 17)).tolist():
        droop = rng.uniform(-7, 3) - 0.0022 * x * x
        leaves(sketch, (x, -158 + droop, 16, 15), 1.7, 300, rng, (116, 154, 60))
    return sketch.sprite(2)


def lamp_post(density: float) -> Sprite:
    """Paint a cast-iron lamp post with a sign on it; (0, 0) is its foot."""
    sketch = Sketch((-14, -185, 14, 2), 2.3 * density, enlarge=2)
    iron = (62, 70, 68)
    sketch.rect(-2.3, -185, 4.6, 188, iron, shade=_pillar)
    sketch.rect(-4, -26, 8, 28, iron, shade=_pillar)
    for ring in (-27, -60, -110):
        sketch.rect(-3.4, ring, 6.8, 3, iron, shade=_pillar)
    sketch.disc(0, -138, 11, (226, 226, 222))
    sketch.disc(0, -138, 9.6, (44, 84, 156), shade=lambda u, v: 1 - 0.012 * (u + v + 138))
    arrow = [(-1.6, -131), (-1.6, -139), (-5, -139), (0, -145), (5, -139), (1.6, -139), (1.6, -131)]
    sketch.fill(arrow, (232, 232, 228))
    return sketch.sprite(2)


def _pillar(u: Floats, _: Floats) -> Floats:
    """Return the light on an upright iron cylinder, brightest left of its middle."""
    light: Floats = 0.6 + np.exp(-(((u + 0.9) / 1.5) ** 2))
    return light
