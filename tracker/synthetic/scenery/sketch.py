"""A surface to draw sprites on: filled shapes with shading and soft edges."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict, Unpack

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.synthetic.scenery.sprites import Sprite, make_sprite, shrink

Floats = NDArray[np.floating[Any]]
"""An array of float32 or float64."""
Points = Sequence[tuple[float, float]] | Floats
"""Corners (x, y) of a polygon, units."""
Colour = tuple[float, float, float]
"""Red, green, blue, each 0..255."""
Shade = Callable[[Floats, Floats], Floats]
"""``shade(x, y)`` for coordinates ``(1, W)`` and ``(H, 1)`` in units: a gain for the colour."""


class FillOptions(TypedDict, total=False):
    """Optional arguments of `Sketch.fill`."""

    shade: Shade | None
    opacity: float
    soft: float
    rounding: int


class Sketch:
    """An RGBA drawing surface, larger than the picture; reducing it at the end smooths all edges.

    Args:
        bounds: left, top, right, bottom, units.
        density: pixels per unit of the finished picture.
        enlarge: how many times as dense the surface is; more gives smoother edges, slowly.

    Attributes:
        rgba: the premultiplied picture so far, ``float32`` ``(H, W, 4)``, 0..255.
        density: pixels per unit of ``rgba``.
        left: x of the left edge, units.
        top: y of the top edge, units.
    """

    def __init__(self, bounds: tuple[float, float, float, float], density: float, enlarge: int = 2):
        self.left, self.top, right, bottom = bounds
        self.density = density * enlarge
        self._final, self._enlarge = density, enlarge
        width, height = round((right - self.left) * density), round((bottom - self.top) * density)
        self.rgba = np.zeros((height * enlarge, width * enlarge, 4), np.float32)

    def pixels(self, points: Points) -> NDArray[np.int32]:
        """Convert units ``(N, 2)`` to whole pixels of the enlarged surface."""
        corner = np.array([self.left, self.top])
        places = (np.asarray(points, float) - corner) * self.density - 0.5
        whole: NDArray[np.int32] = np.rint(places).astype(np.int32)
        return whole

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
            shade: multiplies the colour.
            opacity: 0..1.
            soft: standard deviation of the edge's blur, units.
            rounding: how often the corners are cut (see `rounded`); more makes them rounder.
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
            blurred = cv2.GaussianBlur(mask, (0, 0), soft * self.density)
            mask = np.asarray(blurred, np.float32)
        channels = np.array([*colour, 255], np.float32)
        region = self.rgba[y0:y1, x0:x1]
        if shade is None:
            change: Floats = channels - region
        else:
            x = (np.arange(x0, x1, dtype=np.float32) + 0.5) / self.density + self.left
            y = (np.arange(y0, y1, dtype=np.float32) + 0.5) / self.density + self.top
            gain = np.broadcast_to(shade(x[None, :], y[:, None]), mask.shape)
            lit = [np.clip(c * gain, 0, 255).astype(np.float32) for c in channels[:3]]
            # cv2.merge is faster than NumPy's broadcasting.
            change = np.asarray(cv2.merge([*lit, np.full_like(mask, 255)]), np.float32)
            change -= region
        change *= np.asarray(cv2.merge([mask] * 4), np.float32)
        region += change

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        colour: Colour,
        **options: Unpack[FillOptions],
    ) -> None:
        """Fill the rectangle with corner (x, y) and size (w, h), units; options as in `fill`."""
        self.fill([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour, **options)

    def disc(
        self, x: float, y: float, radius: float, colour: Colour, **options: Unpack[FillOptions]
    ) -> None:
        """Fill the circle with centre (x, y) and a radius, units; options as in `fill`."""
        angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        outline = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
        self.fill(outline, colour, **options)

    def texture(self, noise: Floats, strength: float) -> Shade:
        """Return the shade ``1 + strength * noise``; noise has a value per pixel of ``rgba``."""

        def gain(x: Floats, y: Floats) -> Floats:
            rows = ((y - self.top) * self.density).astype(int)
            columns = ((x - self.left) * self.density).astype(int)
            looked_up: Floats = noise[rows, columns]
            return 1 + strength * looked_up

        return gain

    def sprite(self, levels: int = 1) -> Sprite:
        """Return the finished picture at its final density, with ``levels - 1`` halvings of it."""
        image = shrink(self.rgba, self._enlarge)
        return make_sprite(image, self._final, self.left, self.top, levels)


def rounded(points: Points, rounds: int) -> NDArray[np.float64]:
    """Cut the corners of a closed polygon ``rounds`` times (Chaikin's curve)."""
    outline = np.asarray(points, dtype=np.float64)
    for _ in range(rounds):
        after = np.roll(outline, -1, axis=0)
        cut = np.stack([0.75 * outline + 0.25 * after, 0.25 * outline + 0.75 * after], axis=1)
        outline = cut.reshape(-1, 2)
    return outline
