"""Where things on the street appear: perspective, a walking and turning camera, hand shake."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

VIEW = (640, 360)
"""(width, height) of the view in units; a frame is the view times its zoom."""
HORIZON = 150.0
"""y of the horizon in the view, units."""
EYE_HEIGHT = 100.0
"""The ground at depth scale s lies ``EYE_HEIGHT * s`` units below the horizon."""
FOCAL = 420.0
"""The ground at depth scale s is ``FOCAL / s`` units away."""


class CameraView(NamedTuple):
    """Position of the camera at an instant; each method returns a 2x3 matrix to frame pixels.

    Attributes:
        place: how far the camera has walked along the street, units.
        pan: how far turning has moved the picture to the left, units.
        turn: 2x2 rotation by the hand's roll, around the upper-left corner.
        shift: (x, y) of the hand's shake, units; includes the correction that makes the roll turn
            around the middle of the picture.
        zoom: frame pixels per unit.
    """

    place: float
    pan: float
    turn: NDArray[np.float64]
    shift: NDArray[np.float64]
    zoom: float

    def sky(self, drift: float) -> NDArray[np.float64]:
        """Return the matrix of the sky, moved right by ``drift``; it follows most of the pan."""
        return self._seen(np.array([[1.0, 0, drift - 0.9 * self.pan], [0, 1, 0]]))

    def layer(self, scale: float) -> NDArray[np.float64]:
        """Return the matrix of a flat upright layer at a depth scale."""
        return self._seen(np.array([[1.0, 0, -scale * self.place - self.pan], [0, 1, 0]]))

    def ground(self) -> NDArray[np.float64]:
        """Return the matrix of the ground: walking moves each row by its own depth scale."""
        at_horizon = HORIZON * self.place / EYE_HEIGHT - self.pan
        return self._seen(np.array([[1.0, -self.place / EYE_HEIGHT, at_horizon], [0, 1, 0]]))

    def standing(self, scale: float, along: float) -> NDArray[np.float64]:
        """Return the matrix of a thing on the ground, ``along`` units down the street."""
        x = VIEW[0] / 2 + scale * (along - self.place) - self.pan
        return self._seen(np.array([[scale, 0, x], [0, scale, HORIZON + EYE_HEIGHT * scale]]))

    def _seen(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add shake, roll and zoom to a matrix in units of the view."""
        seen: NDArray[np.float64] = self.turn @ matrix
        seen[:, 2] += self.shift
        return seen * self.zoom


class Camera:
    """A hand-held camera, which shifts by about 3 units and rolls by a fraction of a degree.

    Args:
        zoom: frame pixels per unit.
        rng: the random generator that picks the phases of the shake.
    """

    def __init__(self, zoom: float, rng: np.random.Generator):
        self._zoom = zoom
        self._phases = rng.uniform(0, 2 * np.pi, (3, 3))

    def view(self, seconds: float, place: float, pan: float) -> CameraView:
        """Return the view at an instant, for a place along the street and a pan in units."""
        waves = np.sin(seconds * np.array([4.1, 9.7, 17.3]) + self._phases) @ [1.6, 0.8, 0.3]
        roll = 0.0012 * waves[2]
        c, s = np.cos(roll), np.sin(roll)
        turn = np.array([[c, -s], [s, c]])
        middle = np.array(VIEW) / 2
        return CameraView(place, pan, turn, middle - turn @ middle + waves[:2], self._zoom)
