"""Curves and scores by hand, and what must hold for any boxes."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.box_rows import (
    BOX,
    FAR,
    LOST,
    NAN,
    any_boxes,
    moved,
    policies,
    rows,
    whole_boxes,
)
from tracker.errors import DatasetError
from tracker.evaluation.metrics import (
    POLICIES,
    SequenceScore,
    align,
    center_errors,
    mean_score,
    normalized_center_errors,
    normalized_precision_at_20percent,
    normalized_precision_curve,
    overlaps,
    pooled_score,
    precision_at_20px,
    precision_curve,
    score_sequence,
    success_auc,
    success_curve,
)

# -- Odd frames ---------------------------------------------------------------------------------


def test_overlap_of_equal_boxes_never_exceeds_1():
    box = rows((10.2, 10.2, 5.3, 5.3))  # (10.2 + 5.3) - 10.2 > 5.3 in floating point
    assert overlaps(box, box).tolist() == [1]
    assert success_curve(overlaps(box, box))[-1] == 0


@pytest.mark.parametrize("policy", ["got10k", "pysot"])
def test_lost_results_are_misses_in_the_other_toolkits(policy):
    score = score_sequence(rows(BOX, LOST), rows(BOX, BOX), policy)
    assert score.success_curve[:20].tolist() == [0.5] * 20
    assert score.precision_curve.tolist() == [0.5] * 51
    assert score.normalized_precision_curve.tolist() == [0.5] * 51


@pytest.mark.parametrize("invalid", [(-1, 5, 9, 9), (5, -4, 9, 9), (-1, -1, 0, 0), LOST])
def test_invalid_truth_is_a_miss_in_success_and_a_hit_in_precision(invalid):
    results, truth = rows(BOX, FAR), rows(BOX, invalid)
    assert overlaps(results, truth).tolist() == [1, -1]
    assert center_errors(results, truth).tolist() == [0, -1]
    assert normalized_center_errors(results, truth).tolist() == [0, -1]
    score = score_sequence(results, truth)
    assert score.frames == 2
    assert score.success_auc == pytest.approx(10 / 21)
    assert score.precision_curve.tolist() == [1] * 51


def test_absent_target_is_dropped_by_got10k_only():
    results, truth = rows(BOX, FAR, BOX), rows(BOX, LOST, BOX)
    assert overlaps(results, truth, "got10k").tolist() == [1, 1]
    assert score_sequence(results, truth, "got10k").frames == 2
    assert overlaps(results, truth, "pysot").tolist() == [1, -1, 1]


def test_missing_last_row_is_a_miss_unless_the_truth_is_invalid():
    results, truth = align(rows(BOX, BOX), rows(BOX, BOX, BOX), missing_at_end=1)
    score = score_sequence(results, truth)
    assert score.frames == 3
    assert score.success_curve[:20].tolist() == [2 / 3] * 20
    assert score.precision_curve.tolist() == [2 / 3] * 51
    results, truth = align(rows(BOX, BOX), rows(BOX, BOX, (-1, -1, 0, 0)), missing_at_end=1)
    assert center_errors(results, truth).tolist() == [0, 0, -1]


# -- Curves -------------------------------------------------------------------------------------


def test_success_is_strictly_above_the_threshold():
    curve = success_curve([0.5, 0, 1, -1])
    assert curve[0] == 0.5  # 0 is not above 0
    assert curve[9] == 0.5
    assert curve[10] == 0.25  # 0.5 is not above 0.5
    assert curve[19] == 0.25
    assert curve[20] == 0  # 1 is not above 1


def test_an_overlap_of_exactly_13_20_depends_on_how_the_thresholds_are_made():
    truth, results = rows((5, 5, 20, 1), (5, 5, 20, 1)), rows((5, 5, 20, 1), (5, 5, 13, 1))
    assert overlaps(results, truth).tolist() == [1, 13 / 20]
    curves = {policy: score_sequence(results, truth, policy).success_curve for policy in POLICIES}
    # MATLAB's 1 - 7 * 0.05 is 0.6499999999999999, the others' threshold is 0.65.
    assert {policy: curve[13] for policy, curve in curves.items()} == {
        "otb": 1,
        "got10k": 0.5,
        "pysot": 0.5,
    }


def test_precision_is_up_to_and_including_the_threshold():
    curve = precision_curve([0, 20, 20.001, 50, 51, -1, np.inf, NAN])
    assert curve.shape == (51,)
    assert curve[0] == 2 / 8
    assert curve[19] == 2 / 8
    assert curve[20] == precision_at_20px(curve) == 3 / 8
    assert curve[21] == 4 / 8
    assert curve[50] == 5 / 8


def test_normalized_precision_is_taken_at_hundredths():
    curve = normalized_precision_curve([0, 0.2, 0.205, 0.5, 0.501, -1])
    assert curve.shape == (51,)
    assert normalized_precision_at_20percent(curve) == curve[20] == 3 / 6
    assert curve[21] == 4 / 6
    assert curve[50] == 5 / 6


def test_auc_is_the_mean_of_the_21_points():
    # Above 0, 0.05 .. 0.45: ten points are met by both, ten more by one of the two.
    assert success_auc(success_curve([0.5, 1])) == pytest.approx((10 * 1 + 10 * 0.5) / 21)


def test_nan_is_a_miss():
    assert success_curve([NAN, 1])[0] == 0.5
    assert precision_curve([NAN, 0])[50] == 0.5


# -- Sequences ----------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_perfect_tracker(policy):
    truth = rows(*[(i, 2 * i, 10 + i, 20) for i in range(30)])
    score = score_sequence(truth, truth, policy)
    assert score.success_auc == 20 / 21
    assert score.success_50 == score.precision_20 == score.normalized_precision_20 == 1
    assert score.frames == 30


def test_score_by_hand():
    score = score_sequence(rows(BOX, moved(10), moved(30), FAR), rows(*[BOX] * 4))
    # Overlaps 1, 1/3, 0, 0: above 0 .. 0.3 (7 points) two of four, then (13 points) one of four.
    assert score.success_auc == pytest.approx((7 * 2 / 4 + 13 * 1 / 4) / 21)
    assert score.success_50 == 1 / 4
    assert score.precision_20 == 2 / 4
    assert score.precision_curve[30] == 3 / 4
    # Half a width aside is a normalised error of 0.5.
    assert score.normalized_precision_20 == 1 / 4
    assert score.normalized_precision_curve[50] == 2 / 4


def test_different_lengths_are_an_error_that_names_both():
    with pytest.raises(DatasetError, match="2 rows of ground truth; got 3"):
        score_sequence(rows(BOX, BOX, BOX), rows(BOX, BOX))


def test_unknown_policy():
    with pytest.raises(ValueError, match="unknown policy"):
        score_sequence(rows(BOX), rows(BOX), "lasot")


def constant_score(value, frames):
    return SequenceScore(np.full(21, value), np.full(51, value), np.full(51, value), frames)


def test_mean_over_sequences_is_not_weighted_by_length():
    mean = mean_score([constant_score(0.2, 1000), constant_score(0.6, 10)])
    assert mean.success_auc == pytest.approx(0.4)
    assert mean.precision_20 == pytest.approx(0.4)
    assert mean.normalized_precision_20 == pytest.approx(0.4)
    assert mean.frames == 1010


def test_runs_of_one_sequence_are_pooled_by_frames():
    pooled = pooled_score([constant_score(0.2, 300), constant_score(0.6, 100)])
    assert pooled.success_auc == pytest.approx((0.2 * 300 + 0.6 * 100) / 400)
    assert pooled.precision_20 == pytest.approx(0.3)
    assert pooled.normalized_precision_20 == pytest.approx(0.3)
    assert pooled.frames == 400


def test_pooled_runs_count_as_all_their_frames_together():
    truth = rows(*[BOX] * 4)
    runs = [rows(BOX, FAR, FAR, BOX), rows(BOX, moved(10))]
    pooled = pooled_score([score_sequence(run, truth[-len(run) :]) for run in runs])
    np.testing.assert_allclose(pooled.success_curve, success_curve([1, 0, 0, 1, 1, 1 / 3]))
    assert pooled.precision_20 == pytest.approx(4 / 6)


@pytest.mark.parametrize("join", [mean_score, pooled_score])
def test_no_scores(join):
    with pytest.raises(DatasetError, match="at least one score"):
        join([])


# -- Properties ---------------------------------------------------------------------------------


@given(any_boxes, policies)
def test_curves_are_shares_that_rise_or_fall(boxes, policy):
    try:
        score = score_sequence(*boxes, policy)
    except DatasetError:
        assert policy == "got10k"
        assert np.isnan(boxes[1]).any(axis=1).all()
        return
    assert 0 <= score.success_auc <= 20 / 21
    assert (np.diff(score.success_curve) <= 0).all()
    assert (np.diff(score.precision_curve) >= 0).all()
    assert (np.diff(score.normalized_precision_curve) >= 0).all()
    assert 0 <= score.precision_curve[0] <= score.precision_curve[-1] <= 1


@given(whole_boxes, policies, st.randoms())
def test_the_order_of_frames_after_the_first_does_not_matter(boxes, policy, random):
    results, truth = boxes
    order = list(range(1, len(truth)))
    random.shuffle(order)
    order = [0, *order]
    score = score_sequence(results, truth, policy)
    shuffled = score_sequence(results[order], truth[order], policy)
    assert score.success_curve.tolist() == shuffled.success_curve.tolist()
    assert score.precision_curve.tolist() == shuffled.precision_curve.tolist()


@given(any_boxes, policies)
def test_arguments_are_left_alone(boxes, policy):
    copies = [values.copy() for values in boxes]
    for values in boxes:
        values.setflags(write=False)
    with contextlib.suppress(DatasetError):
        score_sequence(*boxes, policy)
    for values, copy in zip(boxes, copies, strict=True):
        np.testing.assert_array_equal(values, copy)
