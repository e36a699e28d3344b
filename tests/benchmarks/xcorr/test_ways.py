"""Every way to write a cross-correlation that is timed computes the same."""

import numpy as np
import pytest
import torch

from benchmarks.xcorr.run import cases
from benchmarks.xcorr.ways import ways
from tracker.ops import reference


@pytest.mark.parametrize("operator", ["xcorr", "xcorr_depthwise"])
def test_every_way_agrees_with_the_definition(operator):
    torch.manual_seed(0)
    exemplar, search = torch.randn(3, 5, 2, 3), torch.randn(3, 5, 6, 7)
    expected = getattr(reference, operator)(exemplar, search)  # float64
    names = []
    for way in ways(operator, "cpu", torch.float32, compiled=False):
        with way.settings():
            result = way.call(exemplar, search).numpy()
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)
        names.append(way.name)
    assert names[0] == "ours"
    assert len(set(names)) == len(names) >= 3


def test_the_least_traffic_of_a_call_by_hand():
    """One exemplar of 256 x 6 x 6, one search of 256 x 22 x 22, and a response of 17 x 17."""
    case = next(cases("cpu", quick=True))
    assert case.nbytes() == 4 * (256 * (36 + 484) + 289)
    exemplar, search, gradient = case.inputs()
    assert exemplar.shape == (1, 256, 6, 6)
    assert search.shape == (1, 256, 22, 22)
    assert gradient.shape == (1, 1, 17, 17)
