"""Cut-outs: sizes by hand, pixels where the boxes say, a background that fills the view."""

import numpy as np
import pytest

from tests.synthetic.composited.green import GREEN, grays, greenness, tight_box
from tracker.synthetic.composited.cutouts import (
    VIEW,
    Cutout,
    Scene,
    camera_motion,
    cut_out,
    size_of,
)

GRADIENT = np.arange(60 * 80, dtype=np.uint32).reshape(60, 80, 1).repeat(3, axis=2).astype(np.uint8)


def test_sizes_have_the_shape_of_the_box_and_the_area_of_the_side():
    np.testing.assert_allclose(size_of((5, 5, 40, 10), 20.0), [40, 10])
    np.testing.assert_allclose(size_of((5, 5, 4, 1), np.array([2.0, 6.0])), [[4, 1], [12, 3]])


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        ((10, 20, 30, 15), slice(20, 35), slice(10, 40)),
        ((10.6, 20.2, 29, 14), slice(20, 35), slice(10, 40)),  # every pixel that the box touches
        ((-3, -4, 10, 10), slice(0, 6), slice(0, 7)),  # clipped to the picture
    ],
)
def test_what_is_cut_out_are_the_pixels_of_the_box(box, rows, columns):
    pixels = cut_out(GRADIENT, box, np.array([80.0, 60.0]))
    np.testing.assert_array_equal(pixels, GRADIENT[rows, columns])


def test_large_objects_are_shrunk_to_the_largest_size_shown():
    assert cut_out(GRADIENT, (0, 0, 60, 40), np.array([29.5, 20.0])).shape == (20, 30, 3)


def test_a_cutout_fills_its_box():
    cutout = Cutout(np.full((8, 8, 3), GREEN, np.uint8), np.array([[100.0, 50.0, 40.0, 60.0]]))
    frame = grays(3, VIEW)
    green = greenness(cutout.over(frame, 0))
    np.testing.assert_allclose(tight_box(green), (100, 50, 40, 60), atol=2)
    assert green[80, 120] == 255
    outside = np.ones(green.shape, bool)
    outside[50:110, 100:140] = False
    assert green[outside].max() == 0


def test_a_cutout_outside_the_view_leaves_the_frame_unchanged():
    cutout = Cutout(np.full((8, 8, 3), GREEN, np.uint8), np.array([[-90.0, 50.0, 40.0, 60.0]]))
    frame = grays(3, VIEW)
    np.testing.assert_array_equal(cutout.over(frame, 0), frame)


def test_the_last_cutout_is_in_front():
    box = np.array([[100.0, 50.0, 40.0, 60.0]])
    red, green = (Cutout(np.full((8, 8, 3), c, np.uint8), box) for c in ((255, 0, 0), GREEN))
    frame = Scene(grays(3), np.zeros((1, 2)), (red, green)).frame(0)
    assert frame.shape == (VIEW[1], VIEW[0], 3)
    assert frame[80, 120].tolist() == list(GREEN)


def test_the_background_moves_with_the_camera():
    background = grays(3, VIEW)
    scene = Scene(background, np.array([[0.0, 0.0], [7.0, -4.0]]), ())
    np.testing.assert_array_equal(scene.frame(0), background)
    np.testing.assert_array_equal(scene.frame(1)[:-4, 7:], background[4:, :-7])


def test_a_hand_shakes_as_much_as_stated():
    motion = camera_motion(2000, np.random.default_rng(0))
    assert motion.shape == (2000, 2)
    assert motion.std() == pytest.approx(12, rel=0.1)
    assert np.abs(np.diff(motion, axis=0)).max() < 5
