"""Paired differences, by hand and against the normal approximation."""

import numpy as np
import pytest

from benchmarks.accuracy.paired import paired_difference


def test_by_hand():
    """Differences 0.1, 0.0, -0.03, 0.01: mean 0.02, one better, one worse."""
    found = paired_difference([0.6, 0.5, 0.27, 0.41], [0.5, 0.5, 0.3, 0.4])
    assert found.mean == pytest.approx(0.02)
    assert (found.better, found.worse) == (1, 1)
    assert found.low < 0 < found.mean < found.high
    assert str(found).startswith("+0.020 [")


def test_a_shift_of_every_track_is_certain():
    found = paired_difference(np.linspace(0.1, 0.9, 20) + 0.05, np.linspace(0.1, 0.9, 20))
    assert (found.low, found.high) == pytest.approx((0.05, 0.05))
    assert (found.better, found.worse) == (20, 0)


def test_the_interval_is_that_of_a_mean():
    """For many tracks it is the mean plus or minus 1.96 standard errors."""
    rng = np.random.default_rng(3)
    differences = rng.normal(0.01, 0.1, 400)
    found = paired_difference(differences, np.zeros(400))
    error = differences.std() / 20
    assert found.low == pytest.approx(differences.mean() - 1.96 * error, abs=0.002)
    assert found.high == pytest.approx(differences.mean() + 1.96 * error, abs=0.002)
