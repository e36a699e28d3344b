"""Was there a cut? Whether a frame shows the same scene as the one before it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.frames import Frame

Glance = NDArray[np.float32]
"""A frame at a glance: ``(18, 32, 3)``, each channel less its mean."""

SAMPLED = (320, 180)  # pixels looked at
LEAST_ALIKE = 0.3
"""Correlation of the glances of one scene. Across the 24 cuts between clips that it was chosen on
it is 0.28 or less; from one frame to the next of 16 targets of OTB 0.52 or more, and 0.32 or more
in a fast pan beyond their last box."""
LEAST_CHANGE = 10.0  # grey levels on average; below it a flat picture has some noise


def glance(frame: Frame) -> Glance:
    """What there is to see of a frame ``(H, W, 3)`` at a glance."""
    sampled = cv2.resize(frame, SAMPLED, interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(sampled, (32, 18), interpolation=cv2.INTER_AREA).astype(np.float32)
    return small - small.mean(axis=(0, 1))


def is_cut(before: Glance, after: Glance) -> bool:
    """Whether two neighbouring frames show different scenes."""
    if np.abs(after - before).mean() < LEAST_CHANGE:
        return False
    scale = np.linalg.norm(before) * np.linalg.norm(after)
    return float((before * after).sum()) <= LEAST_ALIKE * float(scale)
