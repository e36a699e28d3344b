"""The painted parts of the sample clip: sky, houses, road, trees and cars, all drawn by code.

Everything is drawn in **units**: one unit is one pixel of a 640x360 frame at depth scale 1 (about
4 cm of street). x points right and y down. Each function returns a `Sprite`, a picture with soft
edges that can be placed in a frame at any scale; the same seed paints the same picture.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Points = Sequence[tuple[float, float]]
Colour = tuple[float, float, float]
Shade = Callable[[NDArray, NDArray], NDArray]

HORIZON = 150.0
"""Height of the horizon in the 640x360 view; depth scale s touches the ground 100 * s below."""
BACKDROP_SCALE = 0.55
"""Depth scale of the houses: the ground begins at their feet."""
FOCAL = 420.0
"""Distance of the ground at depth scale s is ``FOCAL / s`` units."""

GLASS = (58, 70, 84)
RUBBER = (30, 30, 33)


class Sprite(NamedTuple):
    """A picture in units: premultiplied RGBA ``levels`` (each half the one before) and its place.

    ``density`` is the pixels per unit of level 0 and ``left, top`` its upper-left corner in units.
    """

    levels: tuple[NDArray[np.uint8], ...]
    density: float
    left: float
    top: float


class Sketch:
    """An RGBA drawing surface over ``bounds`` (left, top, right, bottom) units, drawn enlarged."""

    def __init__(self, bounds: tuple[float, float, float, float], density: float, enlarge: int = 2):
        self.left, self.top, right, bottom = bounds
        self.final, self.enlarge = density, enlarge
        self.density = density * enlarge
        width, height = round((right - self.left) * density), round((bottom - self.top) * density)
        self.rgba = np.zeros((height * enlarge, width * enlarge, 4), np.float32)

    def pixels(self, points: Points | NDArray) -> NDArray[np.int32]:
        """Units ``(N, 2)`` as whole pixels of the enlarged surface."""
        corner = np.array([self.left, self.top])
        return np.rint((np.asarray(points, float) - corner) * self.density - 0.5).astype(np.int32)

    def fill(
        self,
        points: Points,
        colour: Colour,
        shade: Shade | None = None,
        opacity: float = 1.0,
        soft: float = 0.0,
        rounding: int = 0,
    ) -> None:
        """Fill a polygon.

        Args:
            points: corners, units.
            colour: red, green, blue, 0..255.
            shade: ``shade(x, y)`` of unit coordinates ``(1, W)`` and ``(H, 1)`` multiplies it.
            opacity: 0..1.
            soft: deviation of the edge's blur, units.
            rounding: how often the corners are cut, see `rounded`.
        """
        outline = self.pixels(rounded(points, rounding))
        margin = int(np.ceil(3 * soft * self.density)) + 1
        height, width = self.rgba.shape[:2]
        x0, y0 = np.maximum(outline.min(axis=0) - margin, 0)
        x1, y1 = np.minimum(outline.max(axis=0) + margin + 1, (width, height))
        if x0 >= x1 or y0 >= y1:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.float32)
        cv2.fillPoly(mask, [outline - (x0, y0)], opacity)
        if soft:
            mask = cv2.GaussianBlur(mask, (0, 0), soft * self.density)
        paint = np.empty((*mask.shape, 4), np.float32)
        paint[:] = (*colour, 255)
        if shade is not None:
            x = (np.arange(x0, x1, dtype=np.float32) + 0.5) / self.density + self.left
            y = (np.arange(y0, y1, dtype=np.float32) + 0.5) / self.density + self.top
            gain = np.broadcast_to(shade(x[None, :], y[:, None]), mask.shape)
            paint[..., :3] = np.clip(paint[..., :3] * gain[..., None], 0, 255)
        region = self.rgba[y0:y1, x0:x1]
        region += (paint - region) * mask[..., None]

    def rect(self, x: float, y: float, w: float, h: float, colour: Colour, **options) -> None:
        """Fill the rectangle with corner (x, y) and size (w, h); options as in `fill`."""
        self.fill([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour, **options)

    def disc(self, x: float, y: float, radius: float, colour: Colour, **options) -> None:
        """Fill a circle; options as in `fill`."""
        angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        outline = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
        self.fill(outline, colour, **options)

    def texture(self, noise: NDArray, strength: float) -> Shade:
        """A shade that looks up ``noise``, one value per enlarged pixel of this surface."""

        def gain(x: NDArray, y: NDArray) -> NDArray:
            rows = ((y - self.top) * self.density).astype(int)
            return 1 + strength * noise[rows, ((x - self.left) * self.density).astype(int)]

        return gain

    def leaves(self, ellipse: Sequence[float], leaf: float, count: int, rng, hue: Colour) -> None:
        """Scatter leaves over an ellipse (x, y, rx, ry), from deep shade to the sunlit upper left.

        Args:
            ellipse: centre and radii, units.
            leaf: radius of one leaf, units.
            count: number of leaves.
            rng: the random generator that places them.
            hue: colour of a leaf in full light.
        """
        x, y, rx, ry = ellipse
        angle, reach = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.uniform(0, 1, count))
        dx, dy = reach * np.cos(angle), reach * np.sin(angle)
        depth = np.linspace(0, 1, count)
        light = 0.30 + 0.38 * depth - 0.14 * dx - 0.24 * dy + rng.normal(0, 0.10, count)
        centres = self.pixels(np.stack([x + dx * rx, y + dy * ry], axis=1))
        size = np.maximum(1, leaf * self.density * rng.uniform(0.6, 1.2, count)).astype(int)
        for centre, radius, gain in zip(centres, size, np.clip(light, 0.16, 1.05), strict=True):
            tint = (hue[0] * gain, hue[1] * (0.1 + 0.9 * gain), hue[2] * gain, 255)
            axes = (int(radius), max(1, int(radius) // 2))
            cv2.ellipse(self.rgba, centre.tolist(), axes, float(gain) * 900, 0, 360, tint, -1)

    def sprite(self, levels: int = 1) -> Sprite:
        """The finished picture, reduced to its final density, with ``levels`` halvings."""
        image = _reduce(self.rgba, self.enlarge)
        pictures = [image]
        for _ in range(levels - 1):
            pictures.append(_reduce(pictures[-1], 2))
        rounded_off = tuple(np.rint(np.clip(p, 0, 255)).astype(np.uint8) for p in pictures)
        return Sprite(rounded_off, self.final, self.left, self.top)


def _reduce(image: NDArray, factor: int) -> NDArray:
    """Shrink by a whole factor; odd sides are padded with nothing so that no edge moves."""
    height, width = image.shape[:2]
    padded = np.pad(image, ((0, -height % factor), (0, -width % factor), (0, 0)))
    size = (padded.shape[1] // factor, padded.shape[0] // factor)
    return cv2.resize(padded, size, interpolation=cv2.INTER_AREA)


def rounded(points: Points, rounds: int) -> NDArray[np.float64]:
    """Cut the corners of a closed polygon ``rounds`` times (Chaikin's curve)."""
    outline = np.asarray(points, dtype=np.float64)
    for _ in range(rounds):
        after = np.roll(outline, -1, axis=0)
        cut = np.stack([0.75 * outline + 0.25 * after, 0.25 * outline + 0.75 * after], axis=1)
        outline = cut.reshape(-1, 2)
    return outline


def fractal(shape: tuple[int, int], cell: tuple[float, float], rng, octaves: int = 5) -> NDArray:
    """Fractal noise of about unit deviation: octaves of smooth noise, each half as coarse.

    Args:
        shape: (height, width) in pixels.
        cell: (height, width) of the coarsest feature in pixels.
        rng: the random generator.
        octaves: number of layers; one with features under a pixel is left out.
    """
    total = np.zeros(shape, np.float32)
    power = 0.0
    for octave in range(octaves):
        step = (cell[0] / 2**octave, cell[1] / 2**octave)
        if min(step) < 1:
            break
        grid = (int(shape[0] / step[0]) + 3, int(shape[1] / step[1]) + 3)
        noise = rng.standard_normal(grid, dtype=np.float32)
        zoom = np.array([[1 / step[1], 0, 1], [0, 1 / step[0], 1]])
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        total += 0.55**octave * cv2.warpAffine(noise, zoom, shape[::-1], flags=flags)
        power += 0.3 * 0.55 ** (2 * octave)
    return total / np.sqrt(power)


def sky(density: float, rng) -> Sprite:
    """Blue sky, paler towards the horizon, with soft clouds lit from above."""
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


def skyline(density: float, rng) -> Sprite:
    """Hazy towers and a line of trees far behind the houses."""
    sketch = Sketch((-40, 20, 1000, 215), density)
    x = -40.0
    while x < 1000:
        w, h = rng.uniform(28, 62), rng.uniform(45, 112)
        tone = rng.uniform(0.92, 1.06)
        stone = (150 * tone, 164 * tone, 182 * tone)
        sketch.rect(x, 190 - h, w, h + 20, stone, shade=lambda _, v: 1.12 - (190 - v) / 500)
        for column in np.arange(x + 4, x + w - 5, 5.5):
            for row in np.arange(194 - h, 190, 7):
                sketch.rect(column, row, 2.6, 3.6, (122, 138, 160), opacity=rng.uniform(0.2, 0.9))
        x += w + rng.uniform(-8, 26)
    for x in np.arange(-40, 1010, 26):
        bush = (x, 186 + rng.uniform(-6, 6), 30, 24)
        sketch.leaves(bush, 2.5, 160, rng, (150, 172, 142))
    sprite = sketch.sprite()
    return sprite._replace(levels=(cv2.GaussianBlur(sprite.levels[0], (0, 0), 0.9 * density),))


def backdrop(density: float, rng) -> Sprite:
    """The far side of the street: houses, front gardens with hedges and walls, and trees."""
    sketch = Sketch((-40, -10, 1130, 210), density)
    walls = [(178, 92, 70), (222, 205, 172), (196, 176, 150), (150, 84, 66), (206, 186, 190),
             (232, 224, 206), (172, 112, 84), (168, 182, 186)]  # fmt: skip
    x, number = -30.0, int(rng.integers(8))
    while x < 1130:
        w = float(rng.uniform(84, 138))
        _house(sketch, (x, w, float(rng.uniform(84, 118))), walls[number % 8], rng)
        x += w + (float(rng.uniform(16, 34)) if rng.uniform() < 0.35 else 0)
        number += 3
    for x in np.arange(-20, 1150, 145):
        _street_tree(sketch, float(x + rng.uniform(-34, 34)), rng)
    for x in np.arange(-40, 1130, 95):
        if rng.uniform() < 0.4:
            sketch.rect(x, 187, 95, 24, (150, 92, 72), shade=_cells(rng, 0.07, (2.2, 4.2)))
            sketch.rect(x - 1, 185, 97, 3, (190, 182, 170))
        else:
            for bush in np.arange(x + 6, x + 95, 11):
                sketch.leaves((bush, 197, 10, 13), 1.5, 210, rng, (104, 136, 62))
    return sketch.sprite()


def _cells(rng, spread: float, size: tuple[float, float]) -> Shade:
    """A shade of small rectangles, (height, width) units each, of slightly unequal brightness."""
    gains = rng.normal(1, spread, (97, 101)).astype(np.float32)
    return lambda u, v: gains[(v / size[0]).astype(int) % 97, (u / size[1]).astype(int) % 101]


def _house(sketch: Sketch, place: tuple[float, float, float], wall: Colour, rng) -> None:
    x, w, h = place
    top, ground = 206 - h, 206.0
    grain = _cells(rng, 0.035, (0.7, 1.4))

    def plaster(u: NDArray, v: NDArray) -> NDArray:
        return grain(u, v) * (1.06 - 0.0022 * (v - top)) * (1.04 - 0.10 * (u - x) / w)

    sketch.rect(x, top, w, h + 4, wall, shade=plaster)
    tiles = [(128, 70, 54), (92, 88, 92), (110, 78, 62)][int(rng.integers(3))]
    roof = [(x - 3, top + 1), (x + 14, top - 27), (x + w - 14, top - 27), (x + w + 3, top + 1)]
    sketch.fill(roof, tiles, shade=lambda u, v: 1 + 0.10 * np.sin(2.1 * v) + 0.05 * np.sin(1.7 * u))
    chimney = x + w * rng.uniform(0.2, 0.7)
    sketch.rect(chimney, top - 38, 9, 17, (142, 88, 70))
    sketch.rect(chimney - 1, top - 40, 11, 3, (112, 104, 98))
    sketch.rect(x, top, w, 5, (20, 20, 26), opacity=0.5, soft=1.2)
    columns, floors = max(3, round(w / 30)), 3 if h > 98 else 2
    step, storey = w / columns, (h - 6) / floors
    door = int(rng.integers(columns))
    for floor in range(floors):
        for column in range(columns):
            left, head = x + (column + 0.5) * step - 6.5, top + 9 + floor * storey
            if floor == floors - 1 and column == door:
                paint = [(52, 84, 70), (120, 40, 38), (48, 62, 98)][int(rng.integers(3))]
                sketch.rect(left - 1, head - 1, 15, ground - head, (226, 220, 208))
                sketch.rect(left + 1, head + 1, 11, ground - head, paint)
                continue
            _window(sketch, left, head, min(19.0, storey - 12), rng)


def _window(sketch: Sketch, x: float, y: float, h: float, rng) -> None:
    sketch.rect(x - 1.5, y - 1.5, 16, h + 3, (236, 232, 224))
    sky_share = rng.uniform(0.7, 1.7)
    sketch.rect(x, y, 13, h, GLASS, shade=lambda _, v: sky_share * (1.5 - 0.75 * (v - y) / h))
    if rng.uniform() < 0.5:
        drawn = rng.uniform(0.2, 0.6) * h
        sketch.rect(x, y, 13, drawn, (216, 206, 190), opacity=0.65)
    sketch.rect(x + 6, y, 1.2, h, (230, 226, 218))
    sketch.rect(x, y + 0.4 * h, 13, 1, (230, 226, 218))
    sketch.rect(x - 2.5, y + h + 1, 18, 2.2, (200, 192, 180))
    sketch.rect(x - 2, y + h + 3, 17, 2, (20, 20, 24), opacity=0.35, soft=0.6)


def _street_tree(sketch: Sketch, x: float, rng) -> None:
    hues = [(112, 148, 64), (136, 152, 58), (98, 136, 76), (150, 142, 62)]
    hue, height, size = hues[int(rng.integers(4))], rng.uniform(92, 128), rng.uniform(0.75, 1.15)
    trunk = [(x - 3, 208), (x - 2, height), (x + 2, height), (x + 3.4, 208)]
    sketch.fill(trunk, (92, 76, 60), shade=lambda u, _: 1.1 - 0.12 * (u - x))
    for angle in rng.permutation(np.linspace(0.4, 6.2, 7)):
        reach = rng.uniform(14, 22) * size
        tuft = (x + reach * np.cos(angle), height + 0.8 * reach * np.sin(angle))
        sketch.leaves((*tuft, 19 * size, 16 * size), 1.5, 380, rng, hue)


def ground(density: float, rng) -> Sprite:
    """Verge, four lanes of asphalt and the near pavement, seen in perspective for camera place 0.

    The street is drawn as a plan (units along the street, units of distance) and projected.
    """
    plan = _street_plan(1.25 * density, rng)
    left, right, top, bottom = -50.0, 1810.0, 203.0, 395.0
    sketch = Sketch((left, top, right, bottom), density, enlarge=1)
    height, width = sketch.rgba.shape[:2]
    fine, band = (8, 2), 16  # far rows hold many units of distance: average several samples
    x = (np.arange(width * fine[1], dtype=np.float32) + 0.5) / (fine[1] * density) + left
    for first in range(0, height, band):
        rows = min(band, height - first)
        y = (np.arange(rows * fine[0], dtype=np.float32) + 0.5) / fine[0] + first
        scale = ((y / density + top - HORIZON) / 100)[:, None]
        across = ((x[None, :] - 320) / scale - plan.left) * plan.density - 0.5
        away = np.broadcast_to((FOCAL / scale - plan.top) * plan.density - 0.5, across.shape)
        image = cv2.remap(plan.rgba, across, away, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        sketch.rgba[first : first + rows] = cv2.resize(
            image, (width, rows), interpolation=cv2.INTER_AREA
        )
    grain = fractal((height, width), (2 * density, 3 * density), rng, 2)
    sketch.rgba[..., :3] *= 1 + 0.028 * grain[..., None]
    for tuft in np.arange(left, right, 4):
        sketch.leaves((tuft, 206, 4, 3), 1.0, 16, rng, (120, 150, 70))
    return sketch.sprite()


def _street_plan(density: float, rng) -> Sketch:
    """The street from above, before projection; y is the distance from the camera in units."""
    plan = Sketch((-660, 165, 1440, 800), density, enlarge=1)
    shape = plan.rgba.shape[:2]
    patches = fractal(shape, (60 * density, 260 * density), rng, 4)
    grain = fractal(shape, (6 * density, 6 * density), rng, 3)
    tone = 114 + 4 * patches + 4 * grain
    lanes = [592, 484, 377, 269]
    away = ((np.arange(shape[0]) + 0.5) / density + plan.top)[:, None]
    for lane in lanes:  # tyres polish two darker tracks in each lane
        for track in (lane - 24, lane + 24):
            tone = tone - 9 * np.exp(-(((away - track) / 11) ** 2))
    plan.rgba[:] = tone[..., None].astype(np.float32) * np.array([1.0, 0.99, 0.985, 0], np.float32)
    plan.rgba[..., 3] = 255
    for _ in range(16):
        x, y = rng.uniform(-600, 1350), rng.uniform(230, 600)
        size = rng.uniform(40, 150), rng.uniform(18, 60)
        plan.rect(x, y, *size, (82, 82, 84), opacity=0.55, soft=1.0)
    for _ in range(26):
        steps = np.cumsum(rng.normal(0, 1, (60, 2)) * (6, 3) + rng.normal(0, 3, 2), axis=0)
        path = plan.pixels(steps + rng.uniform((-650, 220), (1400, 640)))
        cv2.polylines(plan.rgba, [path], False, (64, 64, 66, 255), max(1, round(density)))
    paint = _cells(rng, 0.05, (2.0, 2.0))
    for boundary in (538, 430, 323):
        for x in np.arange(-700, 1440, 150):
            plan.rect(x, boundary - 4, 75, 8, (226, 224, 214), shade=paint)
    for boundary in (636, 222):
        plan.rect(-660, boundary, 2100, 6, (222, 220, 208), shade=paint)
    for x in np.arange(-480, 1400, 310):
        lid = (x, float(rng.choice(lanes)))
        plan.disc(*lid, 13, (60, 60, 62))
        plan.disc(*lid, 10, (86, 84, 82), shade=lambda u, _: 1 + 0.25 * np.sign(np.sin(u * 1.6)))
    blades = fractal(shape, (8 * density, 3 * density), rng, 3)
    plan.rect(-660, 672, 2100, 128, (116, 142, 72), shade=plan.texture(blades, 0.16))
    plan.rect(-660, 648, 2100, 24, (176, 172, 164))
    plan.rect(-660, 645, 2100, 5, (70, 70, 70), opacity=0.6, soft=2)
    plan.rect(-660, 165, 2100, 48, (168, 162, 154), shade=plan.texture(patches, 0.04))
    for x in np.arange(-660, 1440, 44):
        plan.rect(x, 165, 1.5, 44, (120, 116, 110), opacity=0.8)
    plan.rect(-660, 206, 2100, 9, (192, 188, 180))
    plan.rect(-660, 214, 2100, 5, (66, 66, 68), opacity=0.7, soft=1.2)
    return plan


def near_tree(density: float, rng) -> Sprite:
    """A thick plane tree close to the camera, 25 units across; (0, 0) is the foot of its trunk."""
    sketch = Sketch((-95, -165, 95, 2), 2.6 * density, enlarge=1)
    shape, unit = sketch.rgba.shape[:2], sketch.density
    furrows = sketch.texture(fractal(shape, (14 * unit, 4 * unit), rng, 4), 0.09)
    flakes = np.tanh(3 * fractal(shape, (15 * unit, 8 * unit), rng, 4) - 1)
    peeled = sketch.texture(cv2.GaussianBlur(flakes, (0, 0), 0.15 * unit), 0.13)
    heights = np.linspace(2, -165, 14)
    flare = 11.6 + 6 * np.exp((heights - 2) / 13) + 2.5 * np.exp((-165 - heights) / 14)
    lean = 1.3 * np.sin(heights / 31) + rng.uniform(-0.4, 0.4, 14)
    right, left = np.stack([lean + flare, heights], 1), np.stack([lean - flare, heights], 1)

    def trunk(u: NDArray, v: NDArray) -> NDArray:
        rounding = 0.36 + 0.80 * np.sqrt(np.clip(1 - ((u + 5) / 18.5) ** 2, 0, 1))
        return furrows(u, v) * peeled(u, v) * rounding

    sketch.fill([*right, *left[::-1]], (146, 134, 112), shade=trunk, rounding=2, soft=0.12)
    for x in rng.permutation(np.linspace(-76, 76, 17)):
        droop = rng.uniform(-7, 3) - 0.0022 * x * x
        sketch.leaves((x, -158 + droop, 16, 15), 1.7, 300, rng, (116, 154, 60))
    return sketch.sprite(2)


def lamp_post(density: float) -> Sprite:
    """A cast-iron lamp post near the camera with a sign on it; (0, 0) is its foot."""
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


def _pillar(u: NDArray, _: NDArray) -> NDArray:
    return 0.6 + np.exp(-(((u + 0.9) / 1.5) ** 2))


class CarPaint(NamedTuple):
    """What tells one car from another: colours 0..255, a stripe, a number on the door, the tail."""

    body: Colour
    stripe: Colour | None = None
    number: bool = False
    estate: bool = False


WHEELS = (-31.0, 32.0)
"""Where a car's wheels stand, units from its middle."""
WHEEL_RADIUS = 9.4

# Car parts are drawn in units from the rear bumper and upwards from the ground.
_TAILS = {False: [(2, 14), (2, 22), (5, 29), (15, 41)], True: [(2, 14), (2, 25), (4, 36), (10, 43)]}
_ROOF = [(24, 45), (56, 45), (66, 41), (80, 30), (84, 28.5)]
_NOSE = [(100, 26), (107, 22), (110, 17), (110, 11), (107, 7.5), (98, 7), (10, 7), (3, 8)]
_REAR_PANES = {
    False: [(9, 29.5), (16, 39.5), (20, 42.3), (38, 42.6), (38, 29.5)],
    True: [(8, 30), (10, 39), (13, 42), (38, 42.6), (38, 29.5)],
}
_FRONT_PANE = [(41, 29.5), (41, 42.6), (55, 42.4), (63, 39.6), (75, 30)]
_GLINTS = (
    [(22, 41), (27, 41), (21, 31), (16, 31)],
    [(50, 41), (57, 41), (50, 31), (43, 31)],
)
_STRIPE = [(3, 15.5), (110, 15.5), (110, 20), (2.6, 20)]
_SILL = [(3, 8), (3, 11), (109, 11), (108, 7.5), (98, 7), (10, 7)]
_MIRROR = [(73, 29), (73, 33), (77, 33.5), (79, 29)]
_HEADLAMP = [(101, 19), (109.5, 17), (108.5, 22), (101, 24)]
_TAILLAMP = [(2.4, 18), (7, 18), (8, 26), (3.2, 26)]
_PLATES = {
    (240, 236, 196): [(105.5, 10.5), (110.5, 10.5), (110.5, 14), (105.5, 14)],
    (240, 206, 70): [(1, 10.4), (5, 10.4), (5, 14), (1, 14)],
}
_SEVEN = [(52.2, 24), (60.2, 24), (60.2, 21.6), (56.2, 13.2), (53.2, 13.2), (56.9, 21.4),
          (52.2, 21.4)]  # fmt: skip


def car(paint: CarPaint, density: float) -> Sprite:
    """A small car from the side, facing right, without wheels; (0, 0) is on the ground, mid-car."""
    sketch = Sketch((-60, -52, 60, 4), 1.7 * density, enlarge=3)

    def part(points: Points | NDArray, colour: Colour, **options) -> None:
        sketch.fill([(x - 55, -y) for x, y in points], colour, **options)

    part([*_TAILS[paint.estate], *_ROOF, *_NOSE], paint.body, shade=_gloss, rounding=3)
    if paint.stripe:
        part(_STRIPE, paint.stripe, shade=_gloss)
    part(_SILL, (44, 44, 48))
    for hub in WHEELS:
        sketch.disc(hub, -WHEEL_RADIUS, 12.0, (18, 18, 20))
    for pane in (_REAR_PANES[paint.estate], _FRONT_PANE):
        part(pane, (24, 26, 30), rounding=1)
        inner = np.array(pane) + (np.mean(pane, axis=0) - pane) * 0.07
        part(inner, GLASS, shade=_window_sky, rounding=1)
    for glint in _GLINTS:
        part(glint, (206, 220, 232), opacity=0.38, soft=0.5)
    sketch.disc(2, -33.5, 2.6, (30, 30, 34), opacity=0.8)  # the driver's head
    seam = tuple(0.32 * c for c in paint.body)
    for door in (14.0, 39.5, 72.0):
        sketch.rect(door - 55, -28.5, 0.6, 18, seam, opacity=0.8)
    for handle in (32, 62):
        sketch.rect(handle - 55, -26, 5, 1.4, (206, 206, 206))
    part(_MIRROR, seam, rounding=1)
    part(_HEADLAMP, (244, 242, 226), rounding=1)
    part(_TAILLAMP, (190, 26, 24), rounding=1)
    for colour, plate in _PLATES.items():
        part(plate, colour)
    if paint.number:
        sketch.disc(1, -18.5, 8, (246, 246, 240))
        part(_SEVEN, (24, 24, 28))
    return sketch.sprite(4)


def _gloss(u: NDArray, v: NDArray) -> NDArray:
    """Light on a car's side: dark sill, bright shoulder and roof edge, a crease between."""
    bands = 0.50 + 0.32 * np.clip((-v - 6) / 20, 0, 1) - 0.12 * np.exp(-((v + 21) ** 2))
    bands = bands + 0.30 * np.exp(-(((v + 27.5) / 3) ** 2))
    bands = bands + 0.42 * np.exp(-(((v + 44.5) / 2.2) ** 2))
    return bands * (1.05 - 0.0016 * u) + 0.03 * np.sin(0.21 * u + 0.5)


def _window_sky(_: NDArray, v: NDArray) -> NDArray:
    return 0.75 + 0.95 * np.clip((-v - 29) / 13, 0, 1) ** 2


def wheel(density: float) -> Sprite:
    """A wheel with a five-spoke rim; (0, 0) is its hub."""
    sketch = Sketch((-10, -10, 10, 10), 1.7 * density, enlarge=4)
    sketch.disc(0, 0, WHEEL_RADIUS, RUBBER)
    sketch.disc(0, 0, 6.6, (70, 72, 76))
    for spoke in np.arange(5) * 2 * np.pi / 5:
        c, s = np.cos(spoke), np.sin(spoke)
        bar = [(0, -1.5), (6.4, -1.0), (6.4, 1.0), (0, 1.5)]
        sketch.fill([(c * x - s * y, s * x + c * y) for x, y in bar], (206, 208, 212))
    sketch.disc(0, 0, 2.0, (176, 178, 182))
    return sketch.sprite(4)


def shadow(density: float) -> Sprite:
    """The soft shadow under a car; (0, 0) is on the ground, mid-car."""
    sketch = Sketch((-72, -10, 72, 14), 0.8 * density, enlarge=1)
    sketch.fill([(-56, -2), (54, -2), (60, 5), (-50, 6)], (10, 12, 18), opacity=0.72, soft=2.2)
    return sketch.sprite(2)
