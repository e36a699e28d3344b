"""The ground: seeded, opaque, and lanes that narrow with distance."""

import numpy as np

from tests.synthetic.scenery.painting import assert_opaque, assert_seeded
from tracker.synthetic.scenery import road


def test_the_same_seed_paints_the_same_picture():
    assert_seeded(road.ground)


def test_nothing_shines_through():
    assert_opaque(road.ground)


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
