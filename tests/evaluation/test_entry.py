"""Means, speeds and ranks of entries with known scores."""

import numpy as np
import pytest

from tests.evaluation.hand_made import entry, score, sequence
from tracker.evaluation.entry import Entry, attributes_of, ranked


def test_the_mean_counts_every_sequence_the_same():
    mean = Entry("a", {"s": score(0.2, 0.4, frames=1000), "t": score(0.6, 1.0, frames=10)}).mean
    assert mean.success_auc == pytest.approx(0.4)
    assert mean.precision_20 == pytest.approx(0.7)
    assert mean.normalized_precision_20 == pytest.approx(0.35)
    assert mean.frames == 1010


def test_without_a_score_there_is_no_mean():
    assert Entry("a", {}, failures={"s": "it broke"}).mean is None


def test_fps_is_total_frames_by_total_time():
    timed = Entry("a", {}, seconds={"s": 1.0, "t": 9.0}, timed_frames={"s": 100, "t": 100})
    assert timed.fps == 20  # and not the mean of 100 and 11.1
    assert timed.sequence_fps("s") == 100
    assert timed.sequence_fps("t") == pytest.approx(100 / 9)


def test_fps_takes_only_what_has_both_numbers():
    timed = Entry("a", {}, seconds={"s": 2.0, "t": 9.0}, timed_frames={"s": 100, "u": 5})
    assert timed.fps == 50
    assert timed.sequence_fps("t") is None
    assert timed.sequence_fps("u") is None


@pytest.mark.parametrize(("seconds", "frames"), [({}, {}), ({"s": 0.0}, {"s": 3})])
def test_fps_unknown(seconds, frames):
    untimed = Entry("a", {}, seconds=seconds, timed_frames=frames)
    assert untimed.fps is None
    assert untimed.sequence_fps("s") is None


def test_entries_share_no_dictionary():
    Entry("a", {}).failures["s"] = "it broke"
    assert Entry("b", {}).failures == {}


def test_ranking_is_by_auc_with_the_unfinished_last():
    entries = [
        Entry("none", {}),
        entry("low", s=0.2),
        entry("tie 1", s=0.4, t=0.4),
        entry("best", s=0.9),
        entry("tie 2", s=0.4),
        entry("zero", s=0.0),
    ]
    assert [each.name for each in ranked(entries)] == [
        "best",
        "tie 1",
        "tie 2",
        "low",
        "zero",
        "none",
    ]


def test_mean_by_attribute():
    sequences = [
        sequence("s", "OCC", "IV"),
        sequence("t", "OCC"),
        sequence("u", "OCC", "ZOOM"),
        sequence("v", "LR"),
    ]
    finished = Entry("a", {"s": score(0.2, 0.4), "t": score(0.6, 0.8), "u": score(0.7, 0.9)})
    means = finished.mean_by_attribute(sequences)
    assert list(means) == ["IV", "OCC", "ZOOM"]  # LR: its sequence is not finished
    assert {name: count for name, (_, count) in means.items()} == {"IV": 1, "OCC": 3, "ZOOM": 1}
    assert means["OCC"][0].success_auc == pytest.approx(0.5)
    assert means["OCC"][0].precision_20 == pytest.approx(0.7)
    assert means["IV"][0].success_auc == pytest.approx(0.2)


def test_attributes_in_otbs_order_then_as_they_come():
    sequences = [sequence("s", "ZOOM", "LR"), sequence("t", "ARC", "IV", "LR")]
    assert attributes_of(sequences) == ["IV", "LR", "ZOOM", "ARC"]
    assert attributes_of([sequence("u")]) == []


def test_scores_of_numpy_numbers_are_fine():
    assert Entry("a", {}, seconds={"s": np.float64(2)}, timed_frames={"s": np.int64(4)}).fps == 2
