"""The painted things: seeded, and opaque where nothing may shine through."""

import numpy as np
import pytest

from tracker.synthetic.scenery import background, foreground, houses, road

SEEDED = [background.sky, background.skyline, houses.backdrop, road.ground, foreground.near_tree]


@pytest.mark.parametrize("paint", SEEDED, ids=lambda paint: paint.__name__)
def test_the_same_seed_paints_the_same_picture(paint):
    first, again, other = (paint(0.25, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.levels[0], again.levels[0])
    assert (first.levels[0] != other.levels[0]).any()


@pytest.mark.parametrize("paint", [background.sky, road.ground])
def test_sky_and_ground_are_opaque(paint):
    sprite = paint(0.25, np.random.default_rng(3))
    assert (sprite.levels[0][..., 3] == 255).all()


def test_far_lanes_are_narrower_than_near_ones():
    """Rows of the lane lines in the picture: the gaps grow towards the camera."""
    sprite = road.ground(1.0, np.random.default_rng(3))
    rows = {}
    for boundary in (538, 430, 323):
        y = road.HORIZON + road.EYE_HEIGHT * road.FOCAL / boundary
        rows[boundary] = round(y - sprite.top)
    brightness = np.quantile(sprite.levels[0][..., 0], 0.9, axis=1)
    for row in rows.values():
        assert brightness[row - 2 : row + 3].max() > brightness[row + 6] + 20
    assert rows[323] - rows[430] > rows[430] - rows[538]


def test_tree_and_lamp_post_stand_on_their_feet():
    for sprite in (foreground.near_tree(0.5, np.random.default_rng(3)), foreground.lamp_post(0.5)):
        opaque = sprite.levels[0][..., 3] > 127
        foot = round(-sprite.top * sprite.density) - 1
        columns = np.nonzero(opaque[foot])[0]
        middle = (columns.min() + columns.max() + 1) / 2 / sprite.density + sprite.left
        assert abs(middle) < 1.5
