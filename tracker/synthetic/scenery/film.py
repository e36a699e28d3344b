"""Add the effects of light, lens and sensor to a painted frame."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


class Film:
    """Turns painted views into frames: shadow of a passing cloud, dark corners, blur and noise.

    Args:
        size: (width, height) of a frame, pixels.
        zoom: frame pixels per unit.
        seed: picks the noise.
    """

    def __init__(self, size: tuple[int, int], zoom: float, seed: int):
        width, height = size
        self._zoom, self._seed = zoom, seed
        x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
        self._vignette = (1 - 0.10 * (x**2 + y**2) ** 1.5 / 2).astype(np.float32)
        self._across = np.linspace(0, 1, width, dtype=np.float32)
        self._down = np.linspace(0, 1, height, dtype=np.float32)[:, None]

    def develop(
        self, exposure: NDArray[np.floating[Any]], index: int, seconds: float
    ) -> NDArray[np.uint8]:
        """Return the finished frame.

        Args:
            exposure: the painted view averaged over the exposure, RGB ``(H, W, 3)``, 0..255.
            index: number of the frame; it picks the noise.
            seconds: time of the frame in the clip.
        """
        lit = exposure * self._light(seconds)[..., None]
        frame = np.asarray(cv2.GaussianBlur(lit, (0, 0), 0.38 * self._zoom), np.float32)
        noise = np.random.default_rng([self._seed, 2, index])
        frame += 2.2 * noise.standard_normal(frame.shape, dtype=np.float32)
        whole: NDArray[np.uint8] = np.clip(frame + 0.5, 0, 255).astype(np.uint8)
        return whole

    def _light(self, seconds: float) -> NDArray[np.float32]:
        """Return the gain ``(H, W)``: darker in a passing cloud's shadow and in the corners."""
        front = (seconds - 2.6) * 0.9 - self._across + 0.3 * self._down
        shade = 1 / (1 + np.exp(-6 * front)) - 1 / (1 + np.exp(-6 * (front - 1.9)))
        below_sky = np.clip((self._down - 0.2) * 5, 0, 1)
        gain: NDArray[np.float32] = self._vignette * (1 - 0.24 * shade * below_sky)
        return gain
