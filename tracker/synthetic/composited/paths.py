"""Draw smooth paths of things that come into view, move about and go out of view."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.synthetic.composited.timing import TRANSITION, Timing

Array = NDArray[np.float64]

_WAY_OFF = 0.6  # distance from the middle at which things come and go, as a share of the room


def ease(frames: int) -> Array:
    """Return a curve ``(frames,)`` from 0 to 1, both excluded, with a soft start and end."""
    time = np.arange(1, frames + 1) / (frames + 1)
    return time * time * (3 - 2 * time)


def smooth(path: Array, sigma: float = 6.0) -> Array:
    """Smooth a path ``(N, 2)`` over time; more ``sigma``, in frames, removes slower motion."""
    # With a width of 1 pixel OpenCV blurs over time only, not across x and y.
    smoothed = cv2.GaussianBlur(
        path, (1, 0), sigmaX=1e-6, sigmaY=sigma, borderType=cv2.BORDER_REFLECT
    )
    return np.asarray(smoothed, np.float64)


def on_rim(angle: Array | float, half: Array) -> Array:
    """Return the point at which a ray from the middle of a rectangle meets its rim.

    Args:
        angle: radians from the x axis, any shape.
        half: ``(2,)`` half of the rectangle's width and height.

    Returns:
        ``(..., 2)`` points relative to the middle.
    """
    ray = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    points: Array = half * ray / np.abs(ray).max(axis=-1, keepdims=True)
    return points


def draw_angles(rng: np.random.Generator, count: int) -> Array:
    """Draw directions ``(count,)`` in radians, each at least 100 degrees from the one before."""
    turns = rng.uniform(np.radians(100), np.radians(180), count) * rng.choice([-1, 1], count)
    return rng.uniform(0, 2 * np.pi) + np.cumsum(turns)


def excursions(timing: Timing, room: Array, out: Array, rng: np.random.Generator) -> Array:
    """Draw a path that leaves the view for each absence and comes back from another side.

    Args:
        timing: when the thing is absent.
        room: ``(2,)`` greatest distance from the middle, on each axis, while it is present.
        out: ``(2,)`` distance from the middle, on either axis, from which on it is out of view.
        rng: draws sides and places.

    Returns:
        ``(frames, 2)`` positions relative to the middle of the view.
    """
    angles = draw_angles(rng, 2 * len(timing.absences) + 2)
    inner, outer = on_rim(angles, _WAY_OFF * room), on_rim(angles, out)
    path = np.empty((timing.frames, 2))
    for number, (start, stop) in enumerate(timing.presences):
        come, go = 2 * number, 2 * number + 1
        first, last = start, stop
        if number:
            first += TRANSITION
            path[start:first] = _between(outer[come], inner[come], TRANSITION)
        if number < len(timing.absences):
            last -= TRANSITION
            path[last:stop] = _between(inner[go], outer[go], TRANSITION)
        path[first:last] = _between(inner[come], inner[go], last - first)
    for number, (start, stop) in enumerate(timing.absences):
        gone, back = angles[2 * number + 1], angles[2 * number + 2]
        path[start:stop] = on_rim(gone + ease(stop - start) * (back - gone), out)
    return path


def _between(start: Array, end: Array, frames: int) -> Array:
    """Return an eased path ``(frames, 2)`` between two points, both excluded."""
    return start + ease(frames)[:, np.newaxis] * (end - start)
