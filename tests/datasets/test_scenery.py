"""The drawing surface of the sample clip: where things land and how soft edges mix."""

import numpy as np
import pytest

from tracker.datasets import scenery
from tracker.datasets.scenery import Sketch


def test_a_rectangle_lands_where_its_units_say():
    sketch = Sketch((-10, -5, 10, 5), density=4)
    sketch.rect(-2, -1, 5, 3, (200, 100, 50))
    sprite = sketch.sprite()
    rows, columns = np.nonzero(sprite.levels[0][..., 3] > 127)
    left, top = columns.min() / 4 + sprite.left, rows.min() / 4 + sprite.top
    right, bottom = (columns.max() + 1) / 4 + sprite.left, (rows.max() + 1) / 4 + sprite.top
    np.testing.assert_allclose([left, top, right, bottom], [-2, -1, 3, 2], atol=0.26)
    middle = sprite.levels[0][20, 40]
    np.testing.assert_array_equal(middle, [200, 100, 50, 255])


def test_half_opacity_mixes_and_stays_premultiplied():
    sketch = Sketch((0, 0, 10, 10), density=1)
    sketch.rect(-1, -1, 12, 12, (200, 0, 0), opacity=0.5)
    assert sketch.sprite().levels[0][5, 5].tolist() == [100, 0, 0, 128]
    sketch.rect(-1, -1, 12, 12, (0, 100, 0), opacity=0.5)
    assert sketch.sprite().levels[0][5, 5].tolist() == [50, 50, 0, 191]


def test_halved_levels_keep_the_amount_of_paint():
    sprite = scenery.wheel(density=3)
    amounts = [level[..., 3].sum(dtype=float) * 4**i for i, level in enumerate(sprite.levels)]
    assert len(amounts) == 4
    np.testing.assert_allclose(amounts, amounts[0], rtol=0.01)


def test_a_shape_outside_the_surface_changes_nothing():
    sketch = Sketch((0, 0, 10, 10), density=2)
    sketch.disc(40, 40, 5, (255, 255, 255), soft=1.0)
    assert not sketch.rgba.any()


def test_rounded_corners_stay_inside_the_polygon():
    square = [(0, 0), (4, 0), (4, 4), (0, 4)]
    outline = scenery.rounded(square, 3)
    assert len(outline) == 32
    assert outline.min() >= 0
    assert outline.max() <= 4
    assert np.abs(outline).sum(axis=1).min() > 0.5, "the corner itself is cut off"


@pytest.mark.parametrize("cell", [(8, 8), (30, 6)])
def test_fractal_noise_is_seeded_and_coarse_as_asked(cell):
    noise = scenery.fractal((200, 200), cell, np.random.default_rng(3), octaves=1)
    again = scenery.fractal((200, 200), cell, np.random.default_rng(3), octaves=1)
    np.testing.assert_array_equal(noise, again)
    assert 0.4 < noise.std() < 2.5
    assert abs(noise.mean()) < 0.4
    near = np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]
    far = np.corrcoef(noise[: -2 * cell[0]].ravel(), noise[2 * cell[0] :].ravel())[0, 1]
    assert near > 0.9
    assert abs(far) < 0.3


def test_cars_differ_in_paint_and_not_in_size():
    red = scenery.car(scenery.CarPaint((200, 30, 30)), 1.0)
    blue = scenery.car(scenery.CarPaint((30, 30, 200)), 1.0)
    np.testing.assert_array_equal(red.levels[0][..., 3], blue.levels[0][..., 3])
    assert red.levels[0][..., 0].sum(dtype=int) > 1.5 * blue.levels[0][..., 0].sum(dtype=int)
