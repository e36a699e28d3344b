"""What a tracker says about one object in one frame."""

from dataclasses import dataclass

from tracker.boxes import Box

STATES = ("tracking", "uncertain", "lost")
"""The values of ``TrackResult.state``."""


@dataclass(frozen=True, slots=True)
class TrackResult:
    """One object in one frame; every processed frame has one for every object.

    Attributes:
        frame: number of the frame in its source, from 0.
        time_s: time of the frame in seconds from the source's start; None where there is no time.
        id: number of the object, from 1.
        box: ``(x, y, w, h)`` in frame pixels, 0-based, finite; while the object is lost, the last
            place it was believed to be.
        score: how sure the tracker is, in [0, 1]; it falls when the object is gone.
        state: ``"tracking"``, ``"uncertain"`` or ``"lost"``.
    """

    frame: int
    time_s: float | None
    id: int
    box: Box
    score: float
    state: str
