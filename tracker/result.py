"""The result of tracking one object in one frame."""

from dataclasses import dataclass
from typing import Literal, get_args

from tracker.boxes import Box

State = Literal["tracking", "uncertain", "lost"]
"""How a tracker sees its object: followed, in doubt, or gone."""

STATES: tuple[State, ...] = get_args(State)
"""All states, in the order in which the kernels of ``csrc/`` number them."""


@dataclass(frozen=True, slots=True)
class TrackResult:
    """One object in one frame; every processed frame has one for every object.

    Attributes:
        frame: number of the frame in its source, from 0.
        time_s: time of the frame in seconds from the source's start; None if the source has no
            times.
        id: number of the object, from 1.
        box: ``(x, y, w, h)`` in frame pixels, 0-based, finite; while the object is lost, the last
            place where the tracker trusted it.
        score: how sure the tracker is, in [0, 1]; it falls when the object is gone.
        state: ``"tracking"``, ``"uncertain"`` or ``"lost"``.
    """

    frame: int
    time_s: float | None
    id: int
    box: Box
    score: float
    state: State
