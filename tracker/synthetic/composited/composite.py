"""A composited sequence: frames that are made one at a time, and the truth about them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.datasets.sequence import has_area
from tracker.frames import Frame

PRESENT_FROM = 0.95
"""With this share of its box in view, or a larger one, the object is present."""


@dataclass(frozen=True, eq=False)
class Composite:
    """Frames of one object with the exact truth; row ``i`` of everything is about frame ``i``.

    In some frames around each absence the object is partly seen and neither present nor absent.

    Attributes:
        name: a name of its own in its set.
        kind: how the object disappears: ``"cut"``, ``"leave"``, ``"occlusion"`` or ``"still"``.
        size: ``(width, height)`` of the frames in pixels.
        boxes: ``(N, 4)`` float64 ``(x, y, w, h)`` in pixels, 0-based: what of the object's box lies
            inside the frame, covered or not. A row of NaN where the object is absent.
        visibility: ``(N,)`` share of the object's box that is inside the frame and not covered,
            in [0, 1]; 0 where it is absent.
        absent: ``(N,)`` bool, whether no pixel of the object is to be seen.
        paint: makes frame ``i``, ``uint8`` RGB ``(H, W, 3)``; the same pixels in every call.
    """

    name: str
    kind: str
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
        """``(N,)`` whether at least 95 % of the object's box are to be seen."""
        return self.visibility >= PRESENT_FROM

    def frames(self) -> Iterator[Frame]:
        """Make all frames in order, one at a time."""
        return map(self.paint, range(len(self)))
