"""Boxes all over the frame."""

import numpy as np
import pytest

from benchmarks.speed.clip import SIDE, SIZE, grid


@pytest.mark.parametrize("count", [1, 2, 7, 64, 256])
def test_boxes_are_inside_the_frame_and_do_not_repeat(count):
    boxes = np.array(grid(count))
    assert boxes.shape == (count, 4)
    assert (boxes[:, 2:] == SIDE).all()
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, :2] + SIDE <= SIZE).all()
    assert len(np.unique(boxes[:, :2], axis=0)) == count


def test_two_boxes_by_hand():
    """Two columns and one row of 1280 x 720."""
    assert grid(2) == [(320 - 28, 360 - 28, 56, 56), (960 - 28, 360 - 28, 56, 56)]
