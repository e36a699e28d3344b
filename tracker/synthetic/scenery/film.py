"""What light, lens and sensor do to a painted frame."""

import cv2
import numpy as np
from numpy.typing import NDArray


class Film:
    """Turns painted views into frames: a passing cloud's shadow, dark corners, blur and noise.

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
        self, exposure: NDArray[np.float32], index: int, seconds: float
    ) -> NDArray[np.uint8]:
        """The finished frame.

        Args:
            exposure: the painted view averaged over the exposure, RGB ``(H, W, 3)``, 0..255.
            index: number of the frame, which picks its noise.
            seconds: time of the frame in the clip.
        """
        frame = exposure * self._light(seconds)[..., None]
        frame = cv2.GaussianBlur(frame, (0, 0), 0.38 * self._zoom)
        noise = np.random.default_rng([self._seed, 2, index])
        frame += 2.2 * noise.standard_normal(frame.shape, dtype=np.float32)
        return np.clip(frame + 0.5, 0, 255).astype(np.uint8)

    def _light(self, seconds: float) -> NDArray[np.float32]:
        """Gain ``(H, W)``: a cloud's shadow sweeps along the street; lens corners are darker."""
        front = (seconds - 2.6) * 0.9 - self._across + 0.3 * self._down
        shade = 1 / (1 + np.exp(-6 * front)) - 1 / (1 + np.exp(-6 * (front - 1.9)))
        below_sky = np.clip((self._down - 0.2) * 5, 0, 1)
        return self._vignette * (1 - 0.24 * shade * below_sky)
