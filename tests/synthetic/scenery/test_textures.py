"""Noise, bricks and leaves: seeded, and as coarse and as many as asked."""

import numpy as np
import pytest

from tracker.synthetic.scenery.sketch import Sketch
from tracker.synthetic.scenery.textures import cells, fractal, leaves


@pytest.mark.parametrize("cell", [(8, 8), (30, 6)])
def test_fractal_noise_is_seeded_and_coarse_as_asked(cell):
    noise = fractal((200, 200), cell, np.random.default_rng(3), octaves=1)
    again = fractal((200, 200), cell, np.random.default_rng(3), octaves=1)
    np.testing.assert_array_equal(noise, again)
    assert 0.4 < noise.std() < 2.5
    assert abs(noise.mean()) < 0.4
    near = np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]
    far = np.corrcoef(noise[: -2 * cell[0]].ravel(), noise[2 * cell[0] :].ravel())[0, 1]
    assert near > 0.9
    assert abs(far) < 0.3


def test_noise_finer_than_a_pixel_is_left_out():
    assert not fractal((20, 30), (0.5, 0.8), np.random.default_rng(3)).any()


def test_cells_are_equal_inside_and_differ_between():
    shade = cells(np.random.default_rng(3), 0.1, (2.0, 4.0))
    x, y = np.array([[0.1, 3.9, 4.1]]), np.array([[0.1], [1.9], [2.1]])
    gains = shade(x, y)
    assert gains[0, 0] == gains[1, 1]
    assert len({float(gain) for gain in (gains[0, 0], gains[0, 2], gains[2, 0])}) == 3


def test_leaves_stay_in_their_ellipse_and_are_lit_from_the_upper_left():
    sketch = Sketch((-20, -20, 20, 20), density=3, enlarge=1)
    leaves(sketch, (0, 0, 12, 8), 1.0, 600, np.random.default_rng(3), (100, 150, 60))
    rows, columns = np.nonzero(sketch.rgba[..., 3])
    assert 8 < np.abs(columns / 3 - 20).max() < 12 + 2
    assert 5 < np.abs(rows / 3 - 20).max() < 8 + 2
    parts = (sketch.rgba[:60, :60], sketch.rgba[60:, 60:])
    upper_left, lower_right = (part[part[..., 3] > 0][:, 1].mean() for part in parts)
    assert upper_left > 1.2 * lower_right
