import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.tracking.response import (
    apply_window,
    best_scale,
    cosine_window,
    cosine_window_axis,
    displacement,
    find_peak,
    find_peak_beside,
    upsample,
)


def test_cosine_window_by_hand():
    # Hann values of a window of five, without its two zeros: 0.5, 1, 0.5
    expected = np.outer([0.5, 1, 0.5], [0.5, 1, 0.5]) / 4
    np.testing.assert_allclose(cosine_window(3), expected, rtol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 17, 200])
def test_the_cosine_window_is_the_outer_product_of_its_axis(size):
    axis = cosine_window_axis(size)
    np.testing.assert_allclose(np.outer(axis, axis), cosine_window(size), rtol=1e-6)


def test_the_peak_beside_a_place_by_hand():
    """A broad peak of 9, a lower one of 4, and 1 in a corner: a slope is no peak."""
    response = np.zeros((9, 9), np.float32)
    response[1:6, 1:6] = [
        [5, 6, 6, 6, 5],
        [6, 7, 7, 7, 6],
        [6, 7, 9, 7, 6],
        [6, 7, 7, 7, 6],
        [5, 6, 6, 6, 5],
    ]
    response[7, 7], response[0, 8] = 4, 1
    taken = np.zeros((9, 9), bool)
    assert find_peak_beside(response, taken) == find_peak(response) == (3, 3)
    taken[2:5, 2:5] = True  # its slope is 6 high
    assert find_peak_beside(response, taken) == (7, 7)
    taken[6:, 6:] = True
    assert find_peak_beside(response, taken) == (0, 8)
    assert find_peak_beside(response, np.ones((9, 9), bool)) is None


def test_a_peak_beside_a_place_is_found_to_a_fraction_of_a_cell():
    response = np.zeros((5, 9), np.float32)
    response[2, 1], response[2, 5:8] = 9, (2, 4, 3)
    taken = np.zeros((5, 9), bool)
    taken[:, :3] = True
    assert find_peak_beside(response, taken) == (2, pytest.approx(6 + 1 / 6))


def test_upsampling_keeps_a_constant_and_centres_each_cell():
    np.testing.assert_allclose(upsample(np.full((2, 5, 5), 3, np.float32), 4), 3, rtol=1e-6)
    response = np.zeros((1, 5, 5), np.float32)
    response[0, 2, 1] = 1
    (large,) = upsample(response, 8)
    assert large.shape == (40, 40)
    row, column = find_peak(large)
    assert row == pytest.approx(2.5 * 8 - 0.5)
    assert column == pytest.approx(1.5 * 8 - 0.5)


def test_the_highest_peak_decides_the_scale():
    responses = np.zeros((3, 4, 4), np.float32)
    responses[:, 0, 0] = 5, 6, 9
    assert best_scale(responses, penalty=0.9) == 2


def test_the_penalty_keeps_the_scale_where_peaks_are_close():
    responses = np.zeros((3, 4, 4), np.float32)
    responses[:, 0, 0] = 10.0, 9.9, 9.0
    assert best_scale(responses, penalty=1.0) == 0
    assert best_scale(responses, penalty=0.97) == 1


def test_the_penalty_acts_the_same_way_on_negative_responses():
    responses = np.full((3, 4, 4), -20, np.float32)
    responses[:, 0, 0] = -10.0, -10.1, -11.0
    assert best_scale(responses, penalty=1.0) == 0
    assert best_scale(responses, penalty=0.97) == 1


def test_equal_maps_do_not_change_the_scale():
    assert best_scale(np.ones((5, 4, 4), np.float32), penalty=1.0) == 2


def test_window_blends_normalised_maps():
    response = np.array([[1, 3], [1, 1]], np.float32)  # shifted and scaled: 0 1 / 0 0
    window = np.full((2, 2), 0.25, np.float32)
    np.testing.assert_allclose(
        apply_window(response, window, 0.2), [[0.05, 0.85], [0.05, 0.05]], rtol=1e-6
    )


def test_window_alone_decides_on_a_flat_map():
    window = cosine_window(5)
    result = apply_window(np.full((5, 5), 7, np.float32), window, 0.3)
    assert find_peak(result) == (2, 2)


@given(st.floats(2.6, 6.4), st.floats(2.6, 6.4))
def test_the_vertex_of_a_parabola_is_found_exactly(row, column):
    rows, columns = np.indices((10, 10))
    response = -((rows - row) ** 2) - (columns - column) ** 2
    found = find_peak(response.astype(np.float64))
    assert found == pytest.approx((row, column), abs=1e-6)


@pytest.mark.parametrize("corner", [(0, 0), (0, 6), (6, 0), (6, 6)])
def test_a_peak_on_the_border_is_a_whole_cell(corner):
    response = np.zeros((7, 7), np.float32)
    response[corner] = 1
    assert find_peak(response) == corner


def test_displacement_by_hand():
    # The middle of 200 cells is 99.5; 8 cells of the refined map are one of stride 8 pixels.
    assert displacement((99.5, 99.5), 200, 8, 8) == (0, 0)
    assert displacement((99.5, 107.5), 200, 8, 8) == (8, 0)
    assert displacement((95.5, 99.5), 200, 16, 8) == (0, -2)
