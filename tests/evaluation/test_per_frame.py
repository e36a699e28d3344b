"""Overlap and centre error of single frames by hand, under the rules of each toolkit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.box_rows import BOX, FAR, LOST, NAN, moved, rows, whole_boxes
from tracker.errors import DatasetError
from tracker.evaluation.per_frame import center_errors, normalized_center_errors, overlaps


def test_overlap_and_error_by_hand():
    results = rows(BOX, moved(10), moved(20), (10, 10, 10, 10), (13, 14, 20, 20))
    truth = rows(*[BOX] * 5)
    # 10 px aside: 200 shared of 600. A quarter of the box: 100 of 400. By (3, 4): 17 * 16 of 528.
    np.testing.assert_allclose(overlaps(results, truth), [1, 1 / 3, 0, 1 / 4, 272 / 528])
    np.testing.assert_allclose(center_errors(results, truth), [0, 10, 20, np.hypot(5, 5), 5])


def test_normalized_error_by_hand():
    truth = rows(*[(100, 100, 50, 20)] * 3)
    results = rows((100, 100, 50, 20), (105, 100, 50, 20), (115, 108, 50, 20))
    # (15 / 50, 8 / 20) = (0.3, 0.4)
    np.testing.assert_allclose(normalized_center_errors(results, truth), [0, 0.1, 0.5])


@given(whole_boxes)
def test_the_toolkits_centre_half_a_pixel_aside_gives_the_same_distance(boxes):
    results, truth = boxes
    centers = [b[1:, :2] + 1 + (b[1:, 2:] - 1) / 2 for b in (results, truth)]
    expected = np.sqrt(((centers[0] - centers[1]) ** 2).sum(axis=1))
    assert center_errors(results, truth)[1:].tolist() == expected.tolist()


def test_first_frame_is_taken_from_the_truth():
    results, truth = rows(FAR, BOX), rows(BOX, BOX)
    assert overlaps(results, truth).tolist() == [1, 1]
    assert center_errors(results, truth, "got10k").tolist() == [0, 0]
    assert overlaps(results, truth, "pysot").tolist() == [0, 1]


@pytest.mark.parametrize("bad", [LOST, (10, 10, 0, 20), (10, 10, 20, -3), (NAN, 10, 20, 20)])
def test_bad_results_repeat_the_row_before(bad):
    results, truth = rows(BOX, moved(10), bad, bad), rows(*[BOX] * 4)
    np.testing.assert_allclose(overlaps(results, truth), [1, 1 / 3, 1 / 3, 1 / 3])
    np.testing.assert_allclose(center_errors(results, truth), [0, 10, 10, 10])


def test_invalid_truth_in_the_other_toolkits():
    above = (10, -5, 20, 20)  # top edge outside the frame, centre and area inside
    nothing = (-1, -1, 0, 0)  # OTB's row of zeros
    results, truth = rows(BOX, above, FAR), rows(BOX, above, nothing)
    assert overlaps(results, truth, "pysot").tolist() == [1, 1, -1]
    assert center_errors(results, truth, "pysot").tolist() == [0, 0, -1]
    assert overlaps(results, truth, "got10k").tolist() == [1, 1, 0]
    assert center_errors(results, truth, "got10k")[2] == pytest.approx(np.hypot(511, 511))
    assert overlaps(results, truth, "otb").tolist() == [1, -1, -1]


def test_pysot_wants_the_centre_inside_in_1_based_coordinates():
    # In OTB's coordinates the centres are x = -9 + (19 - 1) / 2 = 0 and -9 + (20 - 1) / 2 = 0.5.
    truth = rows((-10, 5, 19, 20), (-10, 5, 20, 20))
    assert center_errors(truth, truth, "pysot").tolist() == [-1, 0]


@given(whole_boxes, st.integers(0, 1000))
def test_moving_everything_changes_nothing(boxes, shift):
    results, truth = boxes
    by = (shift, shift, 0, 0)
    assert overlaps(results + by, truth + by).tolist() == overlaps(results, truth).tolist()
    assert center_errors(results + by, truth + by).tolist() == center_errors(*boxes).tolist()


@pytest.mark.parametrize("measure", [overlaps, center_errors, normalized_center_errors])
def test_wrong_arguments(measure):
    with pytest.raises(DatasetError, match="1 rows of ground truth; got 2"):
        measure(rows(BOX, BOX), rows(BOX))
    with pytest.raises(DatasetError, match="at least one frame"):
        measure(rows(BOX), rows(LOST), "got10k")
    with pytest.raises(ValueError, match="unknown policy"):
        measure(rows(BOX), rows(BOX), "vot")
