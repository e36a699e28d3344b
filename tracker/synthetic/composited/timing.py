"""When the object of a composited sequence is there and when it is gone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SHORTEST_ABSENCE, LONGEST_ABSENCE = 30, 200
"""Frames in a row without the object, at least and at most."""

TRANSITION = 24
"""Frames before and after an absence in which the object disappears and comes back."""

# (least, greatest) frames. Between its absences the object needs time to come back and to go, and
# 30 frames in full view.
_PRESENCES = ((40, 55), (82, 95), (58, 68))
_ABSENCES = ((SHORTEST_ABSENCE, 90), (90, LONGEST_ABSENCE))


class Timing(NamedTuple):
    """Two absences in one sequence.

    Attributes:
        absences: (first frame, frame after the last) of each, in order.
        frames: length of the whole sequence.
    """

    absences: tuple[tuple[int, int], ...]
    frames: int

    @property
    def presences(self) -> tuple[tuple[int, int], ...]:
        """What lies before, between and after the absences, in the same form."""
        edges = [0, *(edge for absence in self.absences for edge in absence), self.frames]
        return tuple(zip(edges[::2], edges[1::2], strict=True))

    @property
    def absent(self) -> NDArray[np.bool_]:
        """``(frames,)`` whether a frame is in an absence."""
        frames = np.arange(self.frames)
        return np.any(
            [(start <= frames) & (frames < stop) for start, stop in self.absences], axis=0
        )


def draw_timing(rng: np.random.Generator) -> Timing:
    """A short and a long absence in either order, in 300 to 508 frames."""
    presences = [int(rng.integers(low, high + 1)) for low, high in _PRESENCES]
    absences = [int(rng.integers(low, high + 1)) for low, high in rng.permutation(_ABSENCES)]
    spans, start = [], 0
    for presence, absence in zip(presences, absences, strict=False):
        spans.append((start + presence, start + presence + absence))
        start += presence + absence
    return Timing(tuple(spans), start + presences[-1])
