"""Paint the far side of the street: houses, their windows, front gardens and trees."""

import numpy as np

from tracker.synthetic.scenery.sketch import Colour, Floats, Sketch
from tracker.synthetic.scenery.sprites import Sprite
from tracker.synthetic.scenery.textures import GLASS, cells, leaves

_WALLS = (
    (178, 92, 70),
    (222, 205, 172),
    (196, 176, 150),
    (150, 84, 66),
    (206, 186, 190),
    (232, 224, 206),
    (172, 112, 84),
    (168, 182, 186),
)
_ROOFS = ((128, 70, 54), (92, 88, 92), (110, 78, 62))
_DOORS = ((52, 84, 70), (120, 40, 38), (48, 62, 98))
_TREES = ((112, 148, 64), (136, 152, 58), (98, 136, 76), (150, 142, 62))
_FRAME = (230, 226, 218)
_FEET = 206.0  # y of the foot of the houses, units


def backdrop(density: float, rng: np.random.Generator) -> Sprite:
    """Paint houses, front gardens with hedges and walls, and street trees."""
    sketch = Sketch((-40, -10, 1130, 210), density)
    x, number = -30.0, int(rng.integers(8))
    while x < 1130:
        w = float(rng.uniform(84, 138))
        _house(sketch, x, w, float(rng.uniform(84, 118)), _WALLS[number % 8], rng)
        x += w + (float(rng.uniform(16, 34)) if rng.uniform() < 0.35 else 0)
        number += 3
    for x in np.arange(-20.0, 1150, 145).tolist():
        _street_tree(sketch, x + rng.uniform(-34, 34), rng)
    for x in np.arange(-40.0, 1130, 95).tolist():
        if rng.uniform() < 0.4:
            sketch.rect(x, 187, 95, 24, (150, 92, 72), shade=cells(rng, 0.07, (2.2, 4.2)))
            sketch.rect(x - 1, 185, 97, 3, (190, 182, 170))
        else:
            for bush in np.arange(x + 6, x + 95, 11):
                leaves(sketch, (bush, 197, 10, 13), 1.5, 210, rng, (104, 136, 62))
    return sketch.sprite()


def _house(
    sketch: Sketch, x: float, w: float, h: float, wall: Colour, rng: np.random.Generator
) -> None:
    """Draw a house from x, w wide and h high to the eaves, units."""
    top = _FEET - h
    grain = cells(rng, 0.035, (0.7, 1.4))

    def plaster(u: Floats, v: Floats) -> Floats:
        """Return the light on the wall: its grain, darker downwards and to the right."""
        light: Floats = grain(u, v) * (1.06 - 0.0022 * (v - top)) * (1.04 - 0.10 * (u - x) / w)
        return light

    sketch.rect(x, top, w, h + 4, wall, shade=plaster)
    tiles = _ROOFS[int(rng.integers(3))]
    roof = [(x - 3, top + 1), (x + 14, top - 27), (x + w - 14, top - 27), (x + w + 3, top + 1)]
    sketch.fill(roof, tiles, shade=lambda u, v: 1 + 0.10 * np.sin(2.1 * v) + 0.05 * np.sin(1.7 * u))
    chimney = x + w * rng.uniform(0.2, 0.7)
    sketch.rect(chimney, top - 38, 9, 17, (142, 88, 70))
    sketch.rect(chimney - 1, top - 40, 11, 3, (112, 104, 98))
    sketch.rect(x, top, w, 5, (20, 20, 26), opacity=0.5, soft=1.2)  # the shadow of the eaves
    columns, floors = max(3, round(w / 30)), 3 if h > 98 else 2
    step, storey = w / columns, (h - 6) / floors
    door = int(rng.integers(columns))
    for floor in range(floors):
        for column in range(columns):
            left, head = x + (column + 0.5) * step - 6.5, top + 9 + floor * storey
            if floor == floors - 1 and column == door:
                paint = _DOORS[int(rng.integers(3))]
                sketch.rect(left - 1, head - 1, 15, _FEET - head, (226, 220, 208))
                sketch.rect(left + 1, head + 1, 11, _FEET - head, paint)
            else:
                _window(sketch, left, head, min(19.0, storey - 12), rng)


def _window(sketch: Sketch, x: float, y: float, h: float, rng: np.random.Generator) -> None:
    """Draw a window h units high that mirrors some sky; half of all windows have a blind."""
    sketch.rect(x - 1.5, y - 1.5, 16, h + 3, (236, 232, 224))
    sky_share = rng.uniform(0.7, 1.7)
    sketch.rect(x, y, 13, h, GLASS, shade=lambda _, v: sky_share * (1.5 - 0.75 * (v - y) / h))
    if rng.uniform() < 0.5:
        drawn = rng.uniform(0.2, 0.6) * h
        sketch.rect(x, y, 13, drawn, (216, 206, 190), opacity=0.65)
    sketch.rect(x + 6, y, 1.2, h, _FRAME)
    sketch.rect(x, y + 0.4 * h, 13, 1, _FRAME)
    sketch.rect(x - 2.5, y + h + 1, 18, 2.2, (200, 192, 180))
    sketch.rect(x - 2, y + h + 3, 17, 2, (20, 20, 24), opacity=0.35, soft=0.6)


def _street_tree(sketch: Sketch, x: float, rng: np.random.Generator) -> None:
    """Draw a tree whose trunk stands at x units, with a round crown of seven tufts."""
    hue, height = _TREES[int(rng.integers(4))], rng.uniform(92, 128)
    size = rng.uniform(0.75, 1.15)
    trunk = [(x - 3, 208), (x - 2, height), (x + 2, height), (x + 3.4, 208)]
    sketch.fill(trunk, (92, 76, 60), shade=lambda u, _: 1.1 - 0.12 * (u - x))
    for angle in rng.permutation(np.linspace(0.4, 6.2, 7)):
        reach = rng.uniform(14, 22) * size
        tuft = (x + reach * np.cos(angle), height + 0.8 * reach * np.sin(angle))
        leaves(sketch, (*tuft, 19 * size, 16 * size), 1.5, 380, rng, hue)
