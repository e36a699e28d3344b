"""Paint what is farthest away: the sky, and the town behind the houses."""

import cv2
import numpy as np

from tracker.synthetic.scenery.sketch import Sketch
from tracker.synthetic.scenery.sprites import Sprite
from tracker.synthetic.scenery.textures import fractal, leaves


def sky(density: float, rng: np.random.Generator) -> Sprite:
    """Paint a blue sky, paler towards the horizon, with soft clouds lit from above."""
    sketch = Sketch((-50, -40, 920, 220), density, enlarge=1)
    height, width = sketch.rgba.shape[:2]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    blue = np.array([104, 150, 205], np.float32) * (1 - down) + np.array([214, 226, 234]) * down
    billow = fractal((height, width), (75 * density, 210 * density), rng, 7)
    cover = cv2.GaussianBlur(1 / (1 + np.exp(-3.2 * (billow - 0.25))), (0, 0), density)
    raised = np.roll(cv2.GaussianBlur(billow, (0, 0), 5 * density), round(9 * density), axis=0)
    bright = 232 + 16 * np.tanh(billow - raised)
    cloud = bright[..., None] * np.array([1.0, 0.995, 0.985], np.float32)
    sketch.rgba[..., :3] = blue + (cloud - blue) * (0.92 * cover[..., None])
    sketch.rgba[..., 3] = 255
    return sketch.sprite()


def skyline(density: float, rng: np.random.Generator) -> Sprite:
    """Paint towers in the haze and a line of trees far behind the houses."""
    sketch = Sketch((-40, 20, 1000, 215), density)
    x = -40.0
    while x < 1000:
        w, h = rng.uniform(28, 62), rng.uniform(45, 112)
        _tower(sketch, x, w, h, rng)
        x += w + rng.uniform(-8, 26)
    for foot in np.arange(-40.0, 1010, 26).tolist():
        bush = (foot, 186 + rng.uniform(-6, 6), 30, 24)
        leaves(sketch, bush, 2.5, 160, rng, (150, 172, 142))
    sprite = sketch.sprite()
    hazy = cv2.GaussianBlur(sprite.levels[0], (0, 0), 0.9 * density)
    return sprite._replace(levels=(np.asarray(hazy, np.uint8),))


def _tower(sketch: Sketch, x: float, w: float, h: float, rng: np.random.Generator) -> None:
    """Draw a tower from x, w wide and h high, units, with a grid of windows."""
    tone = rng.uniform(0.92, 1.06)
    stone = (150 * tone, 164 * tone, 182 * tone)
    sketch.rect(x, 190 - h, w, h + 20, stone, shade=lambda _, v: 1.12 - (190 - v) / 500)
    for column in np.arange(x + 4, x + w - 5, 5.5):
        for row in np.arange(194 - h, 190, 7):
            sketch.rect(column, row, 2.6, 3.6, (122, 138, 160), opacity=rng.uniform(0.2, 0.9))
