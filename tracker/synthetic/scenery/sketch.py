"""The surface that sprites are drawn on: filled shapes with shading and soft edges."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.synthetic.scenery.sprites import Sprite, make_sprite, shrink

Points = Sequence[tuple[float, float]] | NDArray
"""Corners (x, y) of a polygon, units."""
Colour = tuple[float, float, float]
"""Red, green, blue, each 0..255."""
Shade = Callable[[NDArray, NDArray], NDArray]
"""``shade(x, y)`` of coordinates ``(1, W)`` and ``(H, 1)`` in units: a gain for the colour."""


class Sketch:
    """An RGBA drawing surface, drawn enlarged and reduced at the end, which smooths all edges.

    Args:
        bounds: left, top, right, bottom, units.
        density: pixels per unit of the finished picture.
        enlarge: how many times as dense the surface is.

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
            shade: multiplies the colour.
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
        channels = np.array([*colour, 255], np.float32)
        region = self.rgba[y0:y1, x0:x1]
        if shade is None:
            change = channels - region
        else:
            x = (np.arange(x0, x1, dtype=np.float32) + 0.5) / self.density + self.left
            y = (np.arange(y0, y1, dtype=np.float32) + 0.5) / self.density + self.top
            gain = np.broadcast_to(shade(x[None, :], y[:, None]), mask.shape)
            lit = [np.clip(c * gain, 0, 255).astype(np.float32) for c in channels[:3]]
            change = cv2.merge([*lit, np.full_like(mask, 255)])  # faster than NumPy's broadcasting
            change -= region
        change *= cv2.merge([mask] * 4)
        region += change

    def rect(self, x: float, y: float, w: float, h: float, colour: Colour, **options) -> None:
        """Fill the rectangle with corner (x, y) and size (w, h), units; options as in `fill`."""
        self.fill([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], colour, **options)

    def disc(self, x: float, y: float, radius: float, colour: Colour, **options) -> None:
        """Fill the circle with centre (x, y) and a radius, units; options as in `fill`."""
        angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        outline = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
        self.fill(outline, colour, **options)

    def texture(self, noise: NDArray, strength: float) -> Shade:
        """A shade that looks up ``noise``, one value per pixel of ``rgba``."""

        def gain(x: NDArray, y: NDArray) -> NDArray:
            rows = ((y - self.top) * self.density).astype(int)
            return 1 + strength * noise[rows, ((x - self.left) * self.density).astype(int)]

        return gain

    def sprite(self, levels: int = 1) -> Sprite:
        """The finished picture at its final density and, smaller, in ``levels - 1`` halvings."""
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
