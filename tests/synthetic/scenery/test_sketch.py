"""The drawing surface of the sample clip: where shapes land and how soft edges mix."""

import numpy as np

from tracker.synthetic.scenery.sketch import Sketch, rounded


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


def test_a_shape_outside_the_surface_changes_nothing():
    sketch = Sketch((0, 0, 10, 10), density=2)
    sketch.disc(40, 40, 5, (255, 255, 255), soft=1.0)
    assert not sketch.rgba.any()


def test_rounded_corners_stay_inside_the_polygon():
    square = [(0, 0), (4, 0), (4, 4), (0, 4)]
    outline = rounded(square, 3)
    assert len(outline) == 32
    assert outline.min() >= 0
    assert outline.max() <= 4
    assert np.abs(outline).sum(axis=1).min() > 0.5, "the corner itself is cut off"


def test_a_shade_is_asked_in_units_and_lightens_only_the_colour():
    sketch = Sketch((-5, 10, 5, 20), density=2, enlarge=1)
    sketch.rect(-6, 9, 12, 12, (100, 200, 40), shade=lambda x, y: 1 + x / 10 + 0 * y)
    np.testing.assert_allclose(sketch.rgba[3, 0], [52.5, 105, 21, 255], rtol=1e-5)
    np.testing.assert_allclose(sketch.rgba[3, -1], [147.5, 255, 59, 255], rtol=1e-5)


def test_a_texture_looks_up_the_pixel_under_the_point():
    sketch = Sketch((0, 0, 2, 2), density=2, enlarge=1)
    noise = np.arange(16.0).reshape(4, 4)
    sketch.rect(-1, -1, 4, 4, (10, 10, 10), shade=sketch.texture(noise, 0.5))
    np.testing.assert_allclose(sketch.rgba[..., 0], 10 * (1 + 0.5 * noise))
