"""Cameras that pan away, and cuts; test_composite.py tests what they share with the other kinds."""

import numpy as np
import pytest

from tests.synthetic.composited.green import grays, greenness
from tracker.synthetic.composited.camera import cut, leave, view_zoom
from tracker.synthetic.composited.footage import Footage


@pytest.mark.parametrize(
    ("view", "zoom"),
    [((160, 120), 2.0), ((100, 320), 1.0), ((640, 10), 1.0), ((1280, 900), 0.5)],
)
def test_views_are_brought_to_320_to_640_pixels(view, zoom):
    assert view_zoom(np.array(view, float)) == zoom


def test_a_camera_that_leaves_shows_the_object_at_the_rim_before_it_is_gone(object_clip):
    composite = leave(Footage(object_clip), grays(1), np.random.default_rng(2))
    assert (composite.name, composite.kind) == (f"leave-{object_clip.name}", "leave")
    assert max(composite.size) >= 320
    partly = ~composite.present & ~composite.absent & (composite.visibility > 0)
    boxes = composite.boxes[partly]
    at_rim = (boxes[:, :2] < 1e-6) | (boxes[:, :2] + boxes[:, 2:] > np.array(composite.size) - 1e-6)
    assert at_rim.any(axis=1).all()


def test_after_a_cut_the_object_is_in_the_opposite_quarter(object_clip):
    footage = Footage(object_clip, hold=5)  # slow enough for the camera to follow
    composite = cut(footage, footage, grays(1), np.random.default_rng(2))
    assert (composite.name, composite.kind) == (f"cut-{object_clip.name}", "cut")
    starts = np.flatnonzero(np.diff(composite.absent.astype(int), prepend=1) == -1)
    boxes = composite.boxes[starts]
    quarters = np.sign(boxes[:, :2] + boxes[:, 2:] / 2 - np.array(composite.size) / 2)
    np.testing.assert_array_equal(quarters[1:], -quarters[:-1])


def test_the_other_clip_is_shown_between_the_cuts(object_clip):
    """The same clip serves as the other one: it is seen whole, shrunk or enlarged to the view."""
    composite = cut(Footage(object_clip), Footage(object_clip), grays(1), np.random.default_rng(2))
    index = int(np.flatnonzero(composite.absent)[0])
    scale = np.prod(composite.size) / np.prod(Footage(object_clip).size)
    expected = scale * Footage(object_clip).boxes(index + 1)[index, 2:].prod()
    assert (greenness(composite.paint(index)) > 127).sum() == pytest.approx(expected, rel=0.05)
