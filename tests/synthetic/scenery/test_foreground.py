"""Tree and lamp posts: seeded, and on their feet."""

import numpy as np

from tests.synthetic.scenery.painting import assert_seeded
from tracker.synthetic.scenery import foreground


def test_the_same_seed_paints_the_same_tree():
    assert_seeded(foreground.near_tree)


def test_tree_and_lamp_post_stand_on_their_feet():
    for sprite in (foreground.near_tree(0.5, np.random.default_rng(3)), foreground.lamp_post(0.5)):
        opaque = sprite.levels[0][..., 3] > 127
        foot = round(-sprite.top * sprite.density) - 1
        columns = np.nonzero(opaque[foot])[0]
        middle = (columns.min() + columns.max() + 1) / 2 / sprite.density + sprite.left
        assert abs(middle) < 1.5
