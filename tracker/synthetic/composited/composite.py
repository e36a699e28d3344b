"""A composited sequence: frames made one at a time, and their exact truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tracker.datasets.sequence import has_area
from tracker.frames import Frame

Disappearance = Literal["cut", "leave", "occlusion", "still"]
"""How an object disappears, as in the package's description."""

PRESENT_FROM = 0.95
"""Least visible share of the object's box with which it counts as present."""


@dataclass(frozen=True, eq=False)
class Composite:
    """Frames of one object with exact truth; row ``i`` of every array belongs to frame ``i``.

    In some frames around each absence the object is partly visible: neither present nor absent.

    Attributes:
        name: unique in its set.
        kind: how the object disappears.
        size: ``(width, height)`` of the frames in pixels.
        boxes: ``(N, 4)`` float64 ``(x, y, w, h)`` in pixels, 0-based: the object's box clipped to
            the frame, covered or not. A row of NaN where the object is absent.
        visibility: ``(N,)`` share of the object's box that is inside the frame and not covered,
            in [0, 1]; 0 where it is absent.
        absent: ``(N,)`` bool, whether no pixel of the object is visible.
        paint: returns frame ``i``, ``uint8`` RGB ``(H, W, 3)``; the same pixels in every call.
    """

    name: str
    kind: Disappearance
    size: tuple[int, int]
    boxes: NDArray[np.float64]
    visibility: NDArray[np.float64]
    absent: NDArray[np.bool_]
    paint: Callable[[int], Frame]

    def __post_init__(self) -> None:
        seen = has_area(self.boxes) & ~self.absent
        boxes = np.where(seen[:, np.newaxis], self.boxes, np.nan)
        object.__setattr__(self, "boxes", boxes)
        for values in (boxes, self.visibility, self.absent):
            values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def present(self) -> NDArray[np.bool_]:
        """``(N,)`` whether at least 95 % of the object's box is visible."""
        return self.visibility >= PRESENT_FROM

    def frames(self) -> Iterator[Frame]:
        """Make all frames in order, one at a time."""
        return map(self.paint, range(len(self)))
