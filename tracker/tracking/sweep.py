"""Plan a search of the whole frame for a lost object: the nearest places first, a few per frame."""

import math

import numpy as np
from numpy.typing import NDArray

MOST_PER_SIDE = 40
"""Most places in a row of a sweep. Objects of a few pixels can be missed between them; otherwise a
sweep would take minutes."""


def sweep_places(
    frame_size: tuple[int, int], reach: float, around: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return places to search so that an object is found wherever in the frame its centre is.

    Args:
        frame_size: ``(width, height)`` in pixels.
        reach: side of the square of pixels in which one search finds an object's centre.
        around: ``(x, y)``; the nearest places come first.

    Returns:
        ``(N, 2)``, evenly spread, with N as small as possible.
    """
    columns, rows = (min(math.ceil(side / reach), MOST_PER_SIDE) for side in frame_size)
    across = (np.arange(columns) + 0.5) * frame_size[0] / columns
    down = (np.arange(rows) + 0.5) * frame_size[1] / rows
    places = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    nearest_first = np.argsort(np.linalg.norm(places - around, axis=1), kind="stable")
    return np.asarray(places[nearest_first])


def places_in_turn(
    places: NDArray[np.float64], turn: int, frames: int, most: int
) -> NDArray[np.float64]:
    """Return the places to search in one frame of a sweep that starts over at its end.

    Args:
        places: ``(N, 2)``.
        turn: number of the frame, from 0.
        frames: how many frames one sweep should take.
        most: most places in one frame; a sweep takes longer if that is not enough.

    Returns:
        ``(M, 2)``, 1 <= M <= ``most``.
    """
    each = min(math.ceil(len(places) / frames), most)
    return np.asarray(places[(turn * each + np.arange(each)) % len(places)])
