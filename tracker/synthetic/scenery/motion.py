"""Interpolate motion smoothly through a table of one value per second."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.synthetic.scenery.camera import CameraView

Values = tuple[float, ...]
"""One value per second of the clip, from second 0."""


class Motion(NamedTuple):
    """How a thing on the ground moves.

    Attributes:
        along: its place along the street at each second, units.
        scale: its depth scale at each second: at 1 a unit is one pixel of a 640x360 frame.
    """

    along: Values
    scale: Values

    def matrix(self, view: CameraView, seconds: float) -> NDArray[np.float64]:
        """Return the 2x3 matrix from the thing's units to frame pixels at an instant."""
        return view.standing(at(self.scale, seconds), at(self.along, seconds))


def at(values: Values, seconds: float) -> float:
    """Return the value of a smooth curve (Catmull-Rom) through the values at a time.

    Beyond both ends the curve continues nearly straight: a value is extrapolated there.
    """
    padded = (2 * values[0] - values[1], *values, 2 * values[-1] - values[-2])
    index = int(np.clip(seconds, 0, len(values) - 1 - 1e-9))
    p0, p1, p2, p3 = padded[index : index + 4]
    u = seconds - index
    bend = 2 * p0 - 5 * p1 + 4 * p2 - p3 + u * (3 * (p1 - p2) + p3 - p0)
    return p1 + 0.5 * u * (p2 - p0 + u * bend)
