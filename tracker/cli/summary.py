"""Summarize a run: frames, speed, states, overlap with the truth."""

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import overlap
from tracker.result import STATES, TrackResult


class Summary:
    """Counts results; ``str()`` gives the text to print.

    Args:
        truth: true boxes of object 1 by frame number, ``(N, 4)``, NaN where unknown; or None.

    Attributes:
        frames: number of frames counted.
    """

    def __init__(self, truth: NDArray[np.float64] | None = None) -> None:
        self.frames = 0
        self._truth = truth
        self._states: Counter[str] = Counter()
        self._overlap_sum, self._overlap_count = 0.0, 0
        self._started = self._last = 0.0

    def add(self, results: Sequence[TrackResult]) -> None:
        """Count the results of one frame; time is measured from the first call to the last."""
        if not self.frames:
            self._started = time.perf_counter()
        self.frames += 1
        self._last = time.perf_counter()
        self._states.update(result.state for result in results)
        if self._truth is not None and results[0].frame < len(self._truth):
            value = float(overlap(results[0].box, self._truth[results[0].frame]))
            if not np.isnan(value):
                self._overlap_sum += value
                self._overlap_count += 1

    def __str__(self) -> str:
        fps = self.frames / max(self._last - self._started, 1e-9)
        total = sum(self._states.values())
        shares = ", ".join(f"{state} {self._states[state] / total:.0%}" for state in STATES)
        text = f"{self.frames} frames at {fps:.1f} fps; {shares}"
        if self._overlap_count:
            mean = self._overlap_sum / self._overlap_count
            text += f"\nmean overlap with the truth: {mean:.3f} over {self._overlap_count} frames"
        return text
