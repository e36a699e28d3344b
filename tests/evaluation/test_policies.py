"""The rules of each toolkit on single rows, and the pairing of results with truth."""

import numpy as np
import pytest

from tracker.errors import DatasetError
from tracker.evaluation.policies import POLICIES, align, all_positive, get_policy

NAN = np.nan
BOX = (10, 10, 20, 20)


def rows(*boxes):
    return np.array(boxes, dtype=float)


def test_thresholds_of_the_matlab_toolkit_are_counted_from_both_ends():
    thresholds = POLICIES["otb"].overlap_thresholds
    assert thresholds.shape == (21,)
    assert thresholds[3] == 3 * 0.05 != 0.15  # up from 0
    assert thresholds[10] == 0.5
    assert thresholds[14] == 1 - 6 * 0.05 == 0.7 != 14 * 0.05  # down from 1
    assert thresholds[13] == 1 - 7 * 0.05 < 0.65
    assert thresholds[20] == 1
    np.testing.assert_allclose(thresholds, np.linspace(0, 1, 21), atol=1e-15)


def test_thresholds_of_the_other_toolkits():
    assert (POLICIES["got10k"].overlap_thresholds == np.linspace(0, 1, 21)).all()
    assert (POLICIES["pysot"].overlap_thresholds == np.arange(0, 1.05, 0.05)).all()
    assert len(POLICIES["pysot"].overlap_thresholds) == 21


def test_thresholds_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        POLICIES["otb"].overlap_thresholds[0] = 0.5


def test_unknown_policy_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown policy 'vot'; known are otb, got10k, pysot"):
        get_policy("vot")


@pytest.mark.parametrize(
    ("box", "valid"),
    [
        ((0, 0, 5, 5), True),  # 1 in OTB's coordinates
        ((-1, 0, 5, 5), False),  # 0 there: not above 0
        ((-0.5, 0, 5, 5), True),
        ((0, -1, 5, 5), False),
        ((3, 3, 0, 5), False),
        ((3, 3, 5, 0), False),
        ((3, NAN, 5, 5), False),
    ],
)
def test_all_positive(box, valid):
    assert all_positive(rows(box)).tolist() == [valid]


def test_otb_repeats_bad_results_from_the_row_before():
    a, b, c = (1, 1, 5, 5), (2, 2, 5, 5), (3, 3, 5, 5)
    bad = [(NAN, 1, 5, 5), (9, 9, 0, 5), (9, 9, 5, -1), (9, 9, 5, NAN)]
    results, _ = POLICIES["otb"].prepare(rows(a, b, *bad, c), rows(*[BOX] * 7))
    assert results.tolist() == [list(box) for box in (BOX, b, b, b, b, b, c)]


def test_the_stored_first_row_is_repeated_before_the_truth_replaces_it():
    stored, lost = (1, 1, 5, 5), (NAN,) * 4
    results, _ = POLICIES["otb"].prepare(rows(stored, lost), rows(BOX, BOX))
    assert results.tolist() == [list(BOX), list(stored)]


def test_got10k_replaces_the_first_row_only():
    zero = (9, 9, 0, 5)
    results, _ = POLICIES["got10k"].prepare(rows(zero, zero), rows(BOX, BOX))
    assert results.tolist() == [list(BOX), list(zero)]


def test_pysot_changes_nothing():
    zero = (9, 9, 0, 5)
    results, _ = POLICIES["pysot"].prepare(rows(zero, zero), rows(BOX, BOX))
    assert results.tolist() == [list(zero), list(zero)]


@pytest.mark.parametrize(("policy", "frames"), [("otb", 3), ("got10k", 2), ("pysot", 3)])
def test_frames_with_nan_truth(policy, frames):
    results, truth = POLICIES[policy].prepare(rows(BOX, BOX, BOX), rows(BOX, (NAN,) * 4, BOX))
    assert len(results) == len(truth) == frames


def test_no_frame_at_all_is_an_error():
    with pytest.raises(DatasetError, match="at least one frame"):
        POLICIES["got10k"].prepare(rows(BOX), rows((NAN,) * 4))
    with pytest.raises(DatasetError, match="at least one frame"):
        POLICIES["otb"].prepare(np.empty((0, 4)), np.empty((0, 4)))


def test_align_of_equal_lengths_changes_nothing():
    results, truth = align(rows(BOX, BOX), rows(BOX, BOX), skipped_at_start=1, missing_at_end=1)
    assert results.tolist() == truth.tolist() == [list(BOX), list(BOX)]


def test_align_skips_the_start_of_tiger1():
    truth = np.arange(354 * 4).reshape(354, 4)
    results, kept = align(truth[5:], truth, skipped_at_start=5)
    assert (results == kept).all()
    assert kept.shape == (349, 4)
    assert kept[0].tolist() == [20, 21, 22, 23]  # row 5


def test_align_counts_a_missing_last_row_as_missed():
    results, truth = align(rows(BOX, BOX), rows(BOX, BOX, BOX), missing_at_end=1)
    assert len(results) == len(truth) == 3
    assert results[:2].tolist() == [list(BOX), list(BOX)]
    assert results[2, :2].tolist() == [np.inf, np.inf]


@pytest.mark.parametrize(
    ("count", "exceptions", "message"),
    [
        (348, {}, "expected 354 result rows for 354 rows of ground truth; got 348"),
        (349, {}, "expected 354 result rows .* got 349"),
        (348, {"skipped_at_start": 5}, "expected 354 or 349 result rows .* got 348"),
        (353, {"skipped_at_start": 5}, "expected 354 or 349 result rows .* got 353"),
        (355, {"skipped_at_start": 5}, "expected 354 or 349 result rows .* got 355"),
        (352, {"missing_at_end": 1}, "expected 354 or 353 result rows .* got 352"),
    ],
)
def test_align_refuses_any_other_length(count, exceptions, message):
    with pytest.raises(DatasetError, match=message):
        align(np.ones((count, 4)), np.ones((354, 4)), **exceptions)


@pytest.mark.parametrize("boxes", [np.ones(4), np.ones((3, 8)), []])
def test_align_refuses_rows_that_are_not_boxes(boxes):
    with pytest.raises(DatasetError, match="rows of four numbers"):
        align(boxes, boxes)
