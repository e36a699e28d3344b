"""A stage shows the footage where it says, and the backdrop beyond it."""

import numpy as np

from tests.synthetic.composited.green import SIZE, grays, greenness, tight_box
from tracker.synthetic.composited.footage import Footage
from tracker.synthetic.composited.stage import Stage


def test_a_stage_shows_the_footage_where_it_says(object_clip):
    # The camera looks at (60, 60), 80 x 60 pixels twice enlarged: the object at (50, 40) is
    # at (2 * (50 - 20), 2 * (40 - 30)), twice its size.
    stage = Stage(Footage(object_clip), grays(1), (160, 120), 2.0, np.array([[60.0, 60.0]]))
    boxes, inside = stage.boxes()
    np.testing.assert_allclose(boxes, [[60, 20, 60, 48]])
    assert inside == [1]
    assert tight_box(greenness(stage.frame(0))) == (60, 20, 60, 48)


def test_a_stage_shows_the_backdrop_outside_the_footage_only(object_clip):
    footage, white = Footage(object_clip), np.full((10, 10, 3), 255, np.uint8)
    stage = Stage(footage, white, SIZE, 1.0, np.array([[80.0, 60.0], [0.0, 60.0], [80.0, 90.5]]))
    np.testing.assert_array_equal(stage.frame(0), footage.frame(0))
    beyond = stage.frame(1)  # its right half is the footage's left half
    np.testing.assert_array_equal(beyond[:, 80:], footage.frame(1)[:, :80])
    assert (beyond[:, :80] == 255).all()
    below = stage.frame(2)
    assert (below[90:] == 255).all()
    assert (below[:89].max(axis=(1, 2)) < 255).sum() > 40  # rows without the object
