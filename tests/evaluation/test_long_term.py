"""Presence and re-finding: values worked out by hand, and the paper's sums written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import DatasetError
from tracker.evaluation.long_term import (
    f_scores,
    false_alarms,
    frames_until_found,
    precision_recall,
    presence_overlaps,
    presence_score,
    return_frames,
)

# Six frames: present in the first four. Half an overlap with a low score, and one false alarm.
OVERLAPS = [1.0, 0.5, 0.0, 0.6, 0.0, 0.0]
SCORES = [0.9, 0.3, 0.1, 0.9, 0.6, 0.1]
PRESENT = [True, True, True, True, False, False]


def flags(text):
    """``"PPpaa"``: present, partly and absent frames; or ``"t.."``: tracking or not."""
    return np.array(list(text))


def test_overlaps_are_0_where_either_box_is_missing():
    nan = [np.nan] * 4
    boxes = [(0, 0, 10, 10), (0, 0, 10, 10), nan, nan]
    truth = [(0, 0, 10, 5), nan, (0, 0, 10, 10), nan]
    np.testing.assert_array_equal(presence_overlaps(boxes, truth), [0.5, 0, 0, 0])


def test_precision_and_recall_by_hand():
    # At 0.9 frames 0 and 3 are reported, at 0.6 also the false alarm, at 0.3 also frame 1, at 0.1
    # all six; at 1 none.
    precision, recall = precision_recall(OVERLAPS, SCORES, PRESENT, [1, 0.9, 0.6, 0.3, 0.1])
    np.testing.assert_allclose(precision, [1, 1.6 / 2, 1.6 / 3, 2.1 / 4, 2.1 / 6])
    np.testing.assert_allclose(recall, [0, 1.6 / 4, 1.6 / 4, 2.1 / 4, 2.1 / 4])


def test_a_frame_without_a_report_counts_in_recall_only():
    precision, recall = precision_recall([0.8, 0.0], [0.5, np.nan], [True, True], [0.0])
    assert precision == [0.8]
    assert recall == [0.4]


def test_without_a_present_frame_there_is_no_recall():
    with pytest.raises(DatasetError, match="present"):
        precision_recall([0.0], [0.5], [False], [0.5])


def test_f_scores_by_hand():
    np.testing.assert_allclose(f_scores([0.5, 1.0, 0.0], [0.5, 0.5, 0.0]), [0.5, 2 / 3, 0])


def test_the_best_threshold_of_one_sequence_by_hand():
    # F is 2 * 0.8 * 0.4 / 1.2 = 0.533 at 0.9, 0.457 at 0.6, 0.525 at 0.3 and 0.42 at 0.1.
    score = presence_score([(OVERLAPS, SCORES, PRESENT)])
    assert score == pytest.approx((0.64 / 1.2, 0.8, 0.4, 0.9))


def test_sequences_are_averaged_before_the_f_score_and_count_the_same():
    # The long sequence is followed exactly, the short one not at all, both with score 0.7.
    long, short = ([1.0] * 9, [0.7] * 9, [True] * 9), ([0.0], [0.7], [True])
    assert presence_score([long, short]) == pytest.approx((0.5, 0.5, 0.5, 0.7))


def test_a_tracker_that_never_reports_has_no_recall():
    score = presence_score([([0.0, 0.0], [np.nan, np.nan], [True, False])])
    assert score.f_score == score.recall == 0
    with pytest.raises(DatasetError, match="none"):
        presence_score([])


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from([0.0, 0.25, 0.5, 1.0, np.nan]), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    st.lists(st.sampled_from([0.0, 0.2, 0.25, 0.7, 1.0]), min_size=1),
)
def test_precision_and_recall_agree_with_the_papers_sums(frames, thresholds):
    frames = [(overlap if present else 0.0, score, present) for overlap, score, present in frames]
    frames.append((0.3, 0.5, True))
    precision, recall = precision_recall(*zip(*frames, strict=True), thresholds)
    present = sum(frame[2] for frame in frames)
    for threshold, own_precision, own_recall in zip(thresholds, precision, recall, strict=True):
        reported = [overlap for overlap, score, _ in frames if score >= threshold]
        expected = sum(reported) / len(reported) if reported else 1
        assert own_precision == pytest.approx(expected)
        assert own_recall == pytest.approx(sum(reported) / present)


@pytest.mark.parametrize(
    ("truth", "returns"),
    [
        ("PPaaPP", [4]),
        ("PpaapPPpaPP", [5, 9]),  # partly seen frames belong to neither side
        ("PPapaP", [5]),
        ("aaPP", [2]),
        ("PPaa", []),
        ("PppP", []),
        ("pp", []),
    ],
)
def test_returns_by_hand(truth, returns):
    truth = flags(truth)
    assert return_frames(truth == "P", truth == "a").tolist() == returns


def test_frames_until_found_by_hand():
    returns = [2, 5, 8]
    tracking = flags("tt..tttt.t") == "t"
    overlaps = np.array([1, 1, 0.9, 0.9, 0.6, 0.5, 0.4, 0.51, 0.9, 0.5])
    # Found two frames after the first return (before it is not "tracking"), two after the second
    # (0.5 is not above one half), and never after the third.
    np.testing.assert_array_equal(frames_until_found(tracking, overlaps, returns), [2, 2, np.inf])


def test_what_is_found_after_the_next_return_does_not_count_for_this_one():
    found = frames_until_found([False, False, False, True], [1.0] * 4, [0, 3])
    np.testing.assert_array_equal(found, [np.inf, 0])


def test_without_returns_nothing_is_to_be_found():
    assert frames_until_found([True], [1.0], []).shape == (0,)
    np.testing.assert_array_equal(frames_until_found([False], [1.0], [0]), [np.inf])


def test_false_alarms_count_absent_frames_only():
    absent, tracking = flags("Paapaa") == "a", flags("ttt..t") == "t"
    assert false_alarms(tracking, absent) == 0.75
    assert false_alarms(~absent, absent) == 0
    assert false_alarms([True, True], [False, False]) == 0
