"""A cut-out over a still: its size and where it is; test_composite.py tests the common contract."""

import numpy as np
import pytest

from tests.synthetic.composited.green import GREEN, grays
from tracker.synthetic.composited.still import still


@pytest.mark.parametrize("seed", range(3))
def test_the_object_keeps_its_shape_and_changes_its_size_slowly(seed):
    picture = grays(6)
    picture[30:70, 40:100] = GREEN
    rng = np.random.default_rng(seed)
    composite = still("thing", picture, (40, 30, 60, 40), grays(5), rng)
    assert (composite.name, composite.kind, composite.size) == ("still-thing", "still", (480, 360))
    whole = composite.visibility > 1 - 1e-9
    widths, heights = composite.boxes[whole, 2:].T
    np.testing.assert_allclose(widths / heights, 1.5)
    sides = np.sqrt(widths * heights)
    assert 60 * np.exp(-0.25) <= sides.min() < sides.max() <= 100 * np.exp(0.25)
    assert sides.max() / sides.min() > 1.15
    steps = np.sqrt(composite.boxes[1:, 2:] / composite.boxes[:-1, 2:])[whole[1:] & whole[:-1]]
    assert np.abs(steps - 1).max() < 0.01
