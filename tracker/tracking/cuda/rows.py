"""Convert objects and settings to the rows of numbers that kernels read, and their results back.

The columns are described in ``csrc/tracking.h``.
"""

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import MIN_SIDE
from tracker.config import TrackerConfig
from tracker.ops.frame_layout import SETTINGS
from tracker.result import STATES
from tracker.tracking.presence import LOWEST_USUAL, MAX_LOG_ODDS
from tracker.tracking.searching import MAX_GROWTH, MAX_SHIFT
from tracker.tracking.target import Target, Verdict

IDLE = np.array([0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0], np.float64)
"""Dummy row of an empty slot: an object of one pixel."""


def settings_row(
    config: TrackerConfig, total_stride: int, frame_size: tuple[int, int]
) -> list[float]:
    """Return the numbers of ``SETTINGS``; ``frame_size`` is ``(width, height)`` in pixels."""
    facts = {
        "max_growth": MAX_GROWTH,
        "max_shift": MAX_SHIFT,
        "total_stride": total_stride,
        "min_side": MIN_SIDE,
        "lowest_usual": LOWEST_USUAL,
        "max_log_odds": MAX_LOG_ODDS,
        "frame_width": frame_size[0],
        "frame_height": frame_size[1],
    }
    return [float(facts[name] if name in facts else getattr(config, name)) for name in SETTINGS]


def target_row(target: Target) -> NDArray[np.float64]:
    """Return an object's state before the next frame, ``(TARGET_COLUMNS,)``."""
    fill = np.rint(target.fill)  # as OpenCV fills
    return np.array(
        [*target.result.box, *target.trusted, *target.first_size, *fill, *target.presence.memory],
        np.float64,
    )


def verdict_of(result: NDArray[np.float64]) -> Verdict:
    """Read a result row ``(RESULT_COLUMNS,)``."""
    x, y, w, h, score, state = result.tolist()
    return Verdict((x, y, w, h), score, STATES[int(state)])
