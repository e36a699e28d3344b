"""Draw when the object of a composited sequence is present and when it is absent."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SHORTEST_ABSENCE, LONGEST_ABSENCE = 30, 200
"""Least and greatest length of an absence, frames."""

TRANSITION = 24
"""Frames that the object takes to disappear before an absence and to come back after it."""

# (least, greatest) frames. The presence between the absences holds two transitions and at least 30
# frames in full view.
_PRESENCES = ((40, 55), (82, 95), (58, 68))
_ABSENCES = ((SHORTEST_ABSENCE, 90), (90, LONGEST_ABSENCE))


class Timing(NamedTuple):
    """When an object is absent in a sequence.

    Attributes:
        absences: (first frame, frame after the last) of each absence, in order.
        frames: length of the whole sequence.
    """

    absences: tuple[tuple[int, int], ...]
    frames: int

    @property
    def presences(self) -> tuple[tuple[int, int], ...]:
        """The spans before, between and after the absences, in the same form."""
        edges = [0, *(edge for absence in self.absences for edge in absence), self.frames]
        return tuple(zip(edges[::2], edges[1::2], strict=True))

    @property
    def absent(self) -> NDArray[np.bool_]:
        """``(frames,)`` whether a frame is in an absence."""
        frames = np.arange(self.frames)
        spans = [(start <= frames) & (frames < stop) for start, stop in self.absences]
        absent: NDArray[np.bool_] = np.any(spans, axis=0)
        return absent


def draw_timing(rng: np.random.Generator) -> Timing:
    """Draw a short and a long absence, in either order, in 300 to 508 frames."""
    presences = [int(rng.integers(low, high + 1)) for low, high in _PRESENCES]
    absences = [int(rng.integers(low, high + 1)) for low, high in rng.permutation(_ABSENCES)]
    spans, start = [], 0
    for presence, absence in zip(presences, absences, strict=False):
        spans.append((start + presence, start + presence + absence))
        start += presence + absence
    return Timing(tuple(spans), start + presences[-1])
