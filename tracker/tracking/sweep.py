"""Where to look for an object that is lost: everywhere, the nearest places first, a few a frame."""

import math

import numpy as np
from numpy.typing import NDArray

MOST_PER_SIDE = 40
"""Places in a row of a sweep; for an object of a few pixels they leave gaps, or it took minutes."""


def sweep_places(
    frame_size: tuple[int, int], reach: float, around: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Places to search at so that an object is seen wherever in the frame its centre is.

    Args:
        frame_size: ``(width, height)`` in pixels.
        reach: side of the square of pixels in which one search finds an object's centre.
        around: ``(x, y)``; the nearest places come first.

    Returns:
        ``(N, 2)``, evenly spread, as few as will do.
    """
    columns, rows = (min(math.ceil(side / reach), MOST_PER_SIDE) for side in frame_size)
    across = (np.arange(columns) + 0.5) * frame_size[0] / columns
    down = (np.arange(rows) + 0.5) * frame_size[1] / rows
    places = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    nearest_first = np.argsort(np.linalg.norm(places - around, axis=1), kind="stable")
    return places[nearest_first]


def places_in_turn(
    places: NDArray[np.float64], turn: int, frames: int, most: int
) -> NDArray[np.float64]:
    """The places for one frame of a sweep that goes round and round.

    Args:
        places: ``(N, 2)``.
        turn: the frame's number, from 0.
        frames: how many frames a round is meant to take.
        most: places in one frame; a round takes longer where that is not enough.

    Returns:
        ``(M, 2)``, 1 <= M <= ``most``.
    """
    each = min(math.ceil(len(places) / frames), most)
    return places[(turn * each + np.arange(each)) % len(places)]
