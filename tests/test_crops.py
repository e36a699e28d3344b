"""Crops: geometry by hand, and pixels against a slow resampling."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.crops import (
    crop_squares,
    exemplar_extent,
    mean_color,
    scale_factors,
    search_extent,
    shrunk,
)

FILL = (10.0, 20.0, 30.0)


def test_geometry_of_the_paper_by_hand():
    # 2p = 0.5 (30 + 50) = 40, so s_z = sqrt(70 * 90); s_x covers 255 pixels at the same zoom.
    assert exemplar_extent(30, 50) == pytest.approx((70 * 90) ** 0.5)
    assert exemplar_extent(40, 40, context_amount=0) == 40
    assert search_extent(127.0, 127, 255) == 255


def test_scale_factors_are_symmetric_powers():
    np.testing.assert_allclose(scale_factors(3, 1.1), [1 / 1.1, 1, 1.1])
    assert scale_factors(1, 1.1).tolist() == [1]


def test_mean_color_is_that_of_each_channel():
    frame = np.zeros((2, 2, 3), np.uint8)
    frame[0, 0] = (4, 8, 100)
    assert mean_color(frame) == (1, 2, 25)


def test_a_crop_at_its_own_size_copies_the_pixels():
    frame = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    (crop,) = crop_squares(frame, (20.0, 15.0), [10], 10, FILL)
    np.testing.assert_array_equal(crop, frame[10:20, 15:25])


def test_outside_the_frame_lies_the_fill_colour():
    frame = np.full((40, 50, 3), 200, np.uint8)
    (crop,) = crop_squares(frame, (0.0, 0.0), [20], 20, FILL)
    np.testing.assert_array_equal(crop[:10], np.broadcast_to(FILL, (10, 20, 3)))
    np.testing.assert_array_equal(crop[10:, :10], np.broadcast_to(FILL, (10, 10, 3)))
    np.testing.assert_array_equal(crop[10:, 10:], 200)


def test_half_a_pixel_between_two_columns_is_their_mean():
    frame = np.zeros((8, 8, 3), np.uint8)
    frame[:, 4:] = 100
    (crop,) = crop_squares(frame, (4.5, 4.0), [4], 4, FILL)
    np.testing.assert_array_equal(crop[0, :, 0], [0, 50, 100, 100])


def test_enlarging_twice_keeps_the_centre():
    frame = np.zeros((9, 9, 3), np.uint8)
    frame[4, 4] = 255  # the pixel that covers [4, 5), with its centre at 4.5
    (crop,) = crop_squares(frame, (4.5, 4.5), [4], 8, FILL)
    rows, columns = np.nonzero(crop[..., 0] == crop[..., 0].max())
    assert rows.mean() == columns.mean() == 3.5


def test_shrinking_averages_areas():
    """A fine checkerboard shrunk four times is gray; plain bilinear sampling would alias."""
    rows, columns = np.indices((400, 400))
    board = np.where((rows + columns) % 2, 255, 0).astype(np.uint8)
    frame = np.dstack([board] * 3)
    (crop,) = crop_squares(frame, (200.3, 199.1), [400], 100, FILL)
    assert np.abs(crop[10:-10, 10:-10].astype(int) - 127).max() <= 1


def test_shrinking_by_hand():
    """Blocks of 2 x 2 are averaged; the last column, which fills half a block, counts twice."""
    gray = np.array([[0, 4, 8, 8, 100], [4, 8, 0, 0, 50]], np.uint8)
    expected = [[4, 4, 75]]
    np.testing.assert_array_equal(shrunk(np.dstack([gray] * 3), 2)[..., 1], expected)


@settings(max_examples=60, deadline=None)
@given(st.floats(-50, 250), st.floats(-50, 200), st.floats(2, 600), st.sampled_from([16, 32, 63]))
def test_crops_agree_with_area_sampling(x, y, extent, size):
    """Against a slow reference: every crop pixel is the mean of 8x8 bilinear samples."""
    rng = np.random.default_rng(1)
    frame = cv2.GaussianBlur(rng.integers(0, 256, (150, 200, 3), np.uint8), (0, 0), 8)
    (crop,) = crop_squares(frame, (x, y), [extent], size, FILL)
    fine = ((np.arange(size * 8) + 0.5) / (size * 8) - 0.5) * extent
    grid_x, grid_y = np.meshgrid(x + fine, y + fine)
    samples = cv2.remap(
        frame.astype(np.float32),
        (grid_x - 0.5).astype(np.float32),
        (grid_y - 0.5).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    expected = samples.reshape(size, 8, size, 8, 3).mean(axis=(1, 3))
    pixel = extent / size
    middle_x, middle_y = (
        axis.reshape(size, 8, size, 8).mean(axis=(1, 3)) for axis in (grid_x, grid_y)
    )
    margin = np.minimum.reduce([middle_x, 200 - middle_x, middle_y, 150 - middle_y])
    inside, outside = margin > 1 + 2 * pixel, margin < -1 - 2 * pixel
    assert np.abs(crop - expected)[inside].max(initial=0) <= 4
    np.testing.assert_array_equal(crop[outside], np.broadcast_to(FILL, crop[outside].shape))


def test_several_extents_are_the_single_crops():
    frame = np.random.default_rng(2).integers(0, 256, (200, 300, 3), np.uint8)
    together = crop_squares(frame, (140.2, 90.7), [60, 64, 70], 64, FILL)
    for crop, extent in zip(together, [60, 64, 70], strict=True):
        (alone,) = crop_squares(frame, (140.2, 90.7), [extent], 64, FILL)
        np.testing.assert_array_equal(crop, alone)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2000, 3000)])
@pytest.mark.parametrize("extent", [1.0, 50.0, 1e5])
def test_any_frame_and_extent_gives_a_crop(shape, extent):
    frame = np.full((*shape, 3), 50, np.uint8)
    crops = crop_squares(frame, (0.5, 0.5), [extent], 127, FILL)
    assert crops.shape == (1, 127, 127, 3)
