"""The camera: perspective that agrees with itself, and a hand that shakes a little."""

import numpy as np
import pytest

from tracker.synthetic.scenery.camera import EYE_HEIGHT, HORIZON, VIEW, Camera


@pytest.mark.parametrize("scale", [0.6, 1.0, 2.4])
def test_things_stand_on_the_ground_wherever_the_camera_is(view, scale):
    """A spot that is painted on the ground and a thing that stands on it do not part."""
    along = 140.0
    spot = np.array([VIEW[0] / 2 + scale * along, HORIZON + EYE_HEIGHT * scale, 1])
    np.testing.assert_allclose(view.ground() @ spot, view.standing(scale, along)[:, 2])


def test_a_flat_layer_moves_with_the_things_at_its_scale(view):
    spot = np.array([VIEW[0] / 2 + 0.55 * 30, HORIZON + EYE_HEIGHT * 0.55, 1])
    np.testing.assert_allclose(view.layer(0.55) @ spot, view.standing(0.55, 30.0)[:, 2])


def test_the_hand_shakes_a_little_around_the_middle():
    camera = Camera(1.0, np.random.default_rng(3))
    middle, corner = np.array([*np.divide(VIEW, 2), 1]), np.array([0, 0, 1])
    for seconds in np.linspace(0, 6, 61):
        matrix = camera.view(seconds, 0.0, 0.0).layer(0.0)
        assert np.abs(matrix @ middle - middle[:2]).max() < 2.8
        assert np.abs(matrix @ corner).max() < 4.5


def test_the_zoom_scales_what_the_hand_shakes():
    small, large = (Camera(zoom, np.random.default_rng(3)).view(2.2, 9.0, 4.0) for zoom in (1, 3))
    np.testing.assert_allclose(3 * small.sky(5.0), large.sky(5.0))
