"""Paint the cars: one shape in different paints, seen from the side, with wheels and a shadow."""

from typing import NamedTuple, Unpack

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.synthetic.scenery.sketch import Colour, FillOptions, Floats, Points, Sketch
from tracker.synthetic.scenery.sprites import Sprite
from tracker.synthetic.scenery.textures import GLASS


class CarPaint(NamedTuple):
    """How one car differs from another.

    Attributes:
        body: colour of the body, 0..255.
        stripe: colour of a stripe along the side, 0..255, or none.
        number: whether a racing number is on the door.
        estate: whether the tail is upright, as in an estate car.
    """

    body: Colour
    stripe: Colour | None = None
    number: bool = False
    estate: bool = False


WHEELS = (-31.0, 32.0)
"""x of the hubs of a car's wheels, units from its middle."""
WHEEL_RADIUS = 9.4
"""Radius of a wheel, and so the height of its hub, units."""

_RUBBER = (30, 30, 33)

# Outlines of car parts: units forwards from the rear bumper and upwards from the ground.
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
_PLATES: dict[Colour, Points] = {
    (240, 236, 196): [(105.5, 10.5), (110.5, 10.5), (110.5, 14), (105.5, 14)],
    (240, 206, 70): [(1, 10.4), (5, 10.4), (5, 14), (1, 14)],
}
_SEVEN = [
    (52.2, 24),
    (60.2, 24),
    (60.2, 21.6),
    (56.2, 13.2),
    (53.2, 13.2),
    (56.9, 21.4),
    (52.2, 21.4),
]


def car(paint: CarPaint, density: float) -> Sprite:
    """Paint a small car facing right, without wheels; (0, 0) is on the ground below its middle."""
    sketch = Sketch((-60, -52, 60, 4), 1.7 * density, enlarge=3)

    def part(points: Points, colour: Colour, **options: Unpack[FillOptions]) -> None:
        """Fill an outline given in the units of car parts."""
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
    red, green, blue = paint.body
    seam = (0.32 * red, 0.32 * green, 0.32 * blue)
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


def _gloss(u: Floats, v: Floats) -> Floats:
    """Return the light on a car's side: dark sill, a crease, bright shoulder and roof edge."""
    bands: Floats = 0.50 + 0.32 * np.clip((-v - 6) / 20, 0, 1) - 0.12 * np.exp(-((v + 21) ** 2))
    bands = bands + 0.30 * np.exp(-(((v + 27.5) / 3) ** 2))
    bands = bands + 0.42 * np.exp(-(((v + 44.5) / 2.2) ** 2))
    light: Floats = bands * (1.05 - 0.0016 * u) + 0.03 * np.sin(0.21 * u + 0.5)
    return light


def _window_sky(_: Floats, v: Floats) -> Floats:
    """Return the light on a car's panes, which mirror the sky near the roof."""
    light: Floats = 0.75 + 0.95 * np.clip((-v - 29) / 13, 0, 1) ** 2
    return light


def wheel(density: float) -> Sprite:
    """Paint a wheel with a five-spoke rim; (0, 0) is its hub."""
    sketch = Sketch((-10, -10, 10, 10), 1.7 * density, enlarge=4)
    sketch.disc(0, 0, WHEEL_RADIUS, _RUBBER)
    sketch.disc(0, 0, 6.6, (70, 72, 76))
    for spoke in np.arange(5) * 2 * np.pi / 5:
        c, s = np.cos(spoke), np.sin(spoke)
        bar = [(0, -1.5), (6.4, -1.0), (6.4, 1.0), (0, 1.5)]
        sketch.fill([(c * x - s * y, s * x + c * y) for x, y in bar], (206, 208, 212))
    sketch.disc(0, 0, 2.0, (176, 178, 182))
    return sketch.sprite(4)


def rolled(hub: float, distance: float) -> NDArray[np.float64]:
    """Return the matrix of a wheel that has rolled: 3x3, from the wheel's units to the car's.

    Args:
        hub: x of the hub, units.
        distance: how far the car has driven, units.
    """
    turn = distance / WHEEL_RADIUS
    c, s = np.cos(turn), np.sin(turn)
    return np.array([[c, -s, hub], [s, c, -WHEEL_RADIUS], [0, 0, 1]])


def shadow(density: float) -> Sprite:
    """Paint the soft shadow under a car; (0, 0) is on the ground below its middle."""
    sketch = Sketch((-72, -10, 72, 14), 0.8 * density, enlarge=1)
    sketch.fill([(-56, -2), (54, -2), (60, 5), (-50, 6)], (10, 12, 18), opacity=0.72, soft=2.2)
    return sketch.sprite(2)


def outline(body: Sprite) -> NDArray[np.float64]:
    """Return the outermost points ``(N, 2)`` of a car's pixels, units, wheels included."""
    rows, columns = np.nonzero(body.levels[0][..., 3] > 127)
    edges = [np.stack([columns + dx, rows + dy], axis=1) for dx in (0, 1) for dy in (0, 1)]
    hull = cv2.convexHull(np.concatenate(edges).astype(np.float32))[:, 0]
    points = [hull / body.density + (body.left, body.top)]
    circle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    rim = WHEEL_RADIUS * np.stack([np.cos(circle), np.sin(circle) - 1], axis=1)
    points += [rim + np.array([hub, 0]) for hub in WHEELS]
    return np.concatenate(points)
