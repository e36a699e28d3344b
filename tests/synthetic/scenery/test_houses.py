"""The far side of the street: seeded, and houses of a plausible height."""

import numpy as np

from tests.synthetic.scenery.painting import assert_seeded
from tracker.synthetic.scenery import houses


def test_the_same_seed_paints_the_same_picture():
    assert_seeded(houses.backdrop)


def test_houses_stand_on_the_ground_below_the_open_sky():
    sprite = houses.backdrop(0.25, np.random.default_rng(3))
    opaque = sprite.levels[0][..., 3] > 127
    at_150, at_0 = (opaque[round((y - sprite.top) * sprite.density)] for y in (150, 0))
    assert at_150.mean() > 0.7  # walls and trees
    assert not at_0.any()
