"""Compare two variants measured on the same tracks: paired differences with an interval."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

RESAMPLES = 10_000
NOTABLE = 0.02
"""Difference in success AUC from which a track counts as better or worse."""


class PairedDifference(NamedTuple):
    """The mean of paired differences.

    Attributes:
        mean: of the differences.
        low, high: 95 % interval of the mean, by bootstrap over tracks.
        better, worse: tracks that differ by more than ``NOTABLE``.
    """

    mean: float
    low: float
    high: float
    better: int
    worse: int

    def __str__(self) -> str:
        return (
            f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}], "
            f"{self.better} better, {self.worse} worse"
        )


def paired_difference(values: ArrayLike, reference: ArrayLike, seed: int = 0) -> PairedDifference:
    """Compare the values of a variant with those of a reference, track by track.

    The interval is the percentile bootstrap: tracks are drawn with replacement, as many as there
    are (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993).

    Args:
        values, reference: one value per track, in the same order.
        seed: of the draws.
    """
    differences = np.asarray(values, float) - np.asarray(reference, float)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.percentile(differences[drawn].mean(axis=1), [2.5, 97.5])
    return PairedDifference(
        float(differences.mean()),
        float(low),
        float(high),
        int((differences > NOTABLE).sum()),
        int((differences < -NOTABLE).sum()),
    )
