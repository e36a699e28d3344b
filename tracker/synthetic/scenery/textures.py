"""Draw fine detail, which a tracker needs to follow anything: noise, bricks, leaves, glass."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.synthetic.scenery.sketch import Colour, Shade, Sketch

GLASS = (58, 70, 84)
"""Colour of window panes of houses and cars, 0..255."""

_OCTAVE_GAIN = 0.55  # amplitude of a layer relative to the coarser one before it


def fractal(
    shape: tuple[int, int],
    cell: tuple[float, float],
    rng: np.random.Generator,
    octaves: int = 5,
) -> NDArray[np.float32]:
    """Return fractal noise: layers of smooth noise, each with half the feature size.

    Its standard deviation is about 1.6. It is all 0 if even the coarsest feature is under a pixel.

    Args:
        shape: (height, width), pixels.
        cell: (height, width) of the coarsest feature, pixels.
        rng: the random generator.
        octaves: number of layers; those with features under a pixel are left out.
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
        total += _OCTAVE_GAIN**octave * cv2.warpAffine(noise, zoom, shape[::-1], flags=flags)
        power += 0.3 * _OCTAVE_GAIN ** (2 * octave)
    noise_sum: NDArray[np.float32] = total / np.sqrt(power or 1.0)
    return noise_sum


def cells(rng: np.random.Generator, spread: float, size: tuple[float, float]) -> Shade:
    """Return a shade of small rectangles, such as bricks, of slightly unequal brightness.

    Args:
        rng: the random generator.
        spread: standard deviation of the brightness, whose mean is 1.
        size: (height, width) of a rectangle, units.
    """
    gains = rng.normal(1, spread, (97, 101)).astype(np.float32)
    return lambda u, v: gains[(v / size[0]).astype(int) % 97, (u / size[1]).astype(int) % 101]


def leaves(
    sketch: Sketch,
    ellipse: Sequence[float],
    leaf: float,
    count: int,
    rng: np.random.Generator,
    hue: Colour,
) -> None:
    """Scatter leaves over an ellipse: dark ones first, the sunlit upper left last.

    Args:
        sketch: the surface to draw on.
        ellipse: centre x, y and radii x, y, units.
        leaf: radius of one leaf, units.
        count: number of leaves.
        rng: the random generator that places them.
        hue: colour of a leaf in full light, 0..255.
    """
    x, y, rx, ry = ellipse
    angle, reach = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.uniform(0, 1, count))
    dx, dy = reach * np.cos(angle), reach * np.sin(angle)
    depth = np.linspace(0, 1, count)
    light = 0.30 + 0.38 * depth - 0.14 * dx - 0.24 * dy + rng.normal(0, 0.10, count)
    centres = sketch.pixels(np.stack([x + dx * rx, y + dy * ry], axis=1)).tolist()
    size = np.maximum(1, leaf * sketch.density * rng.uniform(0.6, 1.2, count)).astype(int).tolist()
    gains = np.clip(light, 0.16, 1.05).tolist()
    for centre, radius, gain in zip(centres, size, gains, strict=True):
        tint = (hue[0] * gain, hue[1] * (0.1 + 0.9 * gain), hue[2] * gain, 255)
        axes = (radius, max(1, radius // 2))
        cv2.ellipse(sketch.rgba, centre, axes, gain * 900, 0, 360, tint, -1)
