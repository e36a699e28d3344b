"""Occluders: how much of a box they hide, by hand and in the pixels."""

import numpy as np
import pytest

from tracker.synthetic.composited.occlusion import Occluder


def test_cover_is_the_mean_opacity_over_the_box():
    # Opaque 8 x 4 around (20, 10), then an edge of 4 across and 2 down.
    occluder = Occluder(
        np.zeros((8, 16, 3), np.uint8),
        np.array([4.0, 2.0]),
        np.array([4.0, 2.0]),
        np.tile([20.0, 10.0], (5, 1)),
    )
    boxes = [(17, 9, 6, 2), (28, 9, 4, 2), (24, 9, 4, 2), (20, 9, 16, 2), (12, 6, 16, 8)]
    # Inside; outside; the edge, whose mean is a half; 4 + 2 of 16; (8 + 4)(4 + 2) of 16 * 8.
    np.testing.assert_allclose(
        occluder.cover(np.array(boxes, float)), [1, 0, 0.5, 6 / 16, 72 / 128]
    )
    white = np.full((20, 40, 3), 255, np.uint8)
    painted = 1 - occluder.over(white, 0)[..., 0] / 255
    for (x, y, w, h), share in zip(boxes, occluder.cover(np.array(boxes, float)), strict=True):
        assert painted[y : y + h, x : x + w].mean() == pytest.approx(share, abs=0.01)
