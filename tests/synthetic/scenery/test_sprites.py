"""Sprites: halvings keep the paint, pasting lands where the matrix says."""

import numpy as np
import pytest

from tracker.synthetic.scenery import cars
from tracker.synthetic.scenery.sprites import SpritePlacement, make_sprite, paint, paste

MOVED = np.array([[1.0, 0, 10], [0, 1, 6]])


def square(colour, opacity=1.0, levels=1):
    """A sprite of a square from (-2, -2) to (2, 2) units."""
    image = np.zeros((24, 24, 4), np.float32)
    image[4:20, 4:20] = np.array([*colour, 255]) * opacity
    return make_sprite(image, 4.0, -3.0, -3.0, levels)


def test_halved_levels_keep_the_amount_of_paint():
    sprite = cars.wheel(density=3)
    amounts = [level[..., 3].sum(dtype=float) * 4**i for i, level in enumerate(sprite.levels)]
    assert len(amounts) == 4
    np.testing.assert_allclose(amounts, amounts[0], rtol=0.01)


def test_odd_sides_are_halved_without_moving_an_edge():
    sprite = make_sprite(np.full((5, 7, 4), 200, np.float32), 1.0, 0.0, 0.0, 2)
    assert sprite.levels[1].shape == (3, 4, 4)
    assert sprite.levels[1][:, :, 3].tolist() == [[200] * 3 + [100]] * 2 + [[100] * 3 + [50]]


@pytest.mark.parametrize("scale", [0.25, 1.0, 3.0])
def test_a_sprite_lands_where_the_matrix_says(scale):
    matrix = np.array([[scale, 0, 30.0], [0, scale, 20]])
    canvas = paint((60, 40), [SpritePlacement(square((200, 100, 50), levels=3), matrix)])
    cover = canvas[..., 3] / 255
    np.testing.assert_allclose(cover.sum(), (4 * scale) ** 2, rtol=0.15)
    y, x = np.indices(cover.shape) + 0.5
    centre = [(cover * x).sum() / cover.sum(), (cover * y).sum() / cover.sum()]
    np.testing.assert_allclose(centre, [30, 20], atol=0.1)


def test_the_nearer_sprite_hides_the_farther_by_its_opacity():
    red, blue = square((200, 0, 0)), square((0, 0, 200), opacity=0.5)
    canvas = paint((20, 12), [SpritePlacement(red, MOVED), SpritePlacement(blue, MOVED)])
    np.testing.assert_allclose(canvas[6, 10].astype(int), [100, 0, 100, 255], atol=1)


def test_a_sprite_outside_the_canvas_changes_nothing():
    canvas = np.zeros((12, 20, 4), np.uint8)
    paste(canvas, square((200, 0, 0)), MOVED + np.array([[0, 0, 50], [0, 0, 0]]))
    assert not canvas.any()
