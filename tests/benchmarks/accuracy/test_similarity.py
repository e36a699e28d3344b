"""How well similarities separate pairs, by hand."""

import numpy as np
import pytest

from benchmarks.accuracy.similarity import separation


def test_separation_by_hand():
    """8 of 9 comparisons are won; at 0.5 one pair of three is wrong on each side."""
    auc, eer, threshold = separation(np.array([0.4, 0.8, 0.9]), np.array([0.1, 0.2, 0.5]))
    assert auc == pytest.approx(8 / 9)
    assert (eer, threshold) == (pytest.approx(1 / 3), 0.5)


def test_equal_values_count_half():
    assert separation(np.array([0.5]), np.array([0.5])).auc == 0.5
    assert separation(np.array([0.9, 0.8]), np.array([0.1, 0.2]))[:2] == (1, 0)
