"""The longest miss by hand, and the page that shows it."""

from dataclasses import replace

import numpy as np
import pytest

from tests.evaluation.hand_made import BOX, boxes_with_misses, score, sequence, with_pictures
from tracker.datasets.sequence import Sequence
from tracker.evaluation.entry import Entry
from tracker.evaluation.worst import longest_miss, write_worst

NAN = np.nan


def shifted(pixels):
    """BOX moved aside: 40 of 30 + pixels columns are shared, overlap (30 - p) / (30 + p)."""
    return np.add(BOX, (pixels, 0, 0, 0))


def place(miss):
    return None if miss is None else (miss.start, miss.middle, miss.end, miss.frames)


@pytest.mark.parametrize(
    ("misses", "expected"),
    [
        ([], None),
        ([4], (4, 4, 4, 1)),
        ([2, 3, 6, 7, 8], (6, 7, 8, 3)),
        ([0, 1, 2, 3], (0, 1, 3, 4)),
        ([7, 8, 9], (7, 8, 9, 3)),
        ([1, 2, 5, 6], (1, 1, 2, 2)),  # the first of equal ones
        (range(10), (0, 4, 9, 10)),
    ],
)
def test_longest_miss(misses, expected):
    assert place(longest_miss(boxes_with_misses(misses), sequence("s"))) == expected


def test_a_miss_is_an_overlap_below_a_fifth():
    boxes = np.tile(BOX, (4, 1))
    boxes[1] = shifted(20)  # 10 / 50: not below
    boxes[2] = shifted(21)  # 9 / 51
    boxes[3] = shifted(25)  # 5 / 55
    miss = longest_miss(boxes, sequence("s", frames=4))
    assert place(miss) == (2, 2, 3, 2)
    assert miss.start_overlap == pytest.approx(9 / 51)
    boxes[1] = shifted(22)
    miss = longest_miss(boxes, sequence("s", frames=4))
    assert place(miss) == (1, 2, 3, 3)
    assert (miss.start_overlap, miss.middle_overlap) == pytest.approx((8 / 52, 9 / 51))


def test_a_result_of_nan_is_a_miss():
    boxes = boxes_with_misses([])
    boxes[4] = NAN
    miss = longest_miss(boxes, sequence("s"))
    assert (place(miss), miss.start_overlap) == ((4, 4, 4, 1), 0)


def test_frames_without_a_truth_are_passed_over():
    truth = np.tile(BOX, (10, 1))
    truth[4:6] = NAN
    visible = np.ones(10, bool)
    visible[6] = False  # there, but the object is hidden
    absent = Sequence("s", (), truth, visible & ~np.isnan(truth[:, 0]))
    # Missed in 3 and 7, 8: one run of three known frames. In 5 there is nothing to miss.
    assert place(longest_miss(boxes_with_misses([0, 1, 3, 5, 7, 8]), absent)) == (3, 7, 8, 3)
    assert longest_miss(boxes_with_misses([4, 5, 6]), absent) is None


def test_rows_that_the_protocol_skips():
    late = replace(sequence("s"), skipped=3)
    boxes = boxes_with_misses([6])
    boxes[:3] = NAN
    assert place(longest_miss(boxes, late)) == (6, 6, 6, 1)


def test_missing_rows_at_the_end():
    assert place(longest_miss(boxes_with_misses([2, 6, 7, 8])[:5], sequence("s"))) == (2, 2, 2, 1)


def test_the_page_shows_the_five_worst_with_a_miss(tmp_path):
    names = ["fine", "e", "d", "c", "b", "a", "hit"]
    sequences = [with_pictures(name, tmp_path) for name in names]
    aucs = {"a": 0.1, "hit": 0.15, "b": 0.2, "c": 0.3, "d": 0.4, "e": 0.5, "fine": 0.9}
    boxes = {name: boxes_with_misses(() if name == "hit" else [3, 4, 5]) for name in names}
    best = Entry("the | best", {name: score(auc) for name, auc in aucs.items()}, boxes)
    worse = Entry("worse", {name: score(0) for name in names}, boxes)
    out = tmp_path / "out"
    paths = write_worst(out, [worse, best], sequences)
    assert paths == [out / "worst.md", *(out / "worst" / f"{i}.jpg" for i in range(1, 6))]
    page = paths[0].read_text()
    assert r"**the \| best**" in page
    assert "worse" not in page
    lines = [line for line in page.split("\n") if "AUC 0." in line]
    assert [line.split("**")[1] for line in lines] == ["a", "b", "c", "d", "e"]
    assert lines[0] == "**a**, AUC 0.100: below 0.2 from frame 3 to 5 of 10 (3 frames)."
    assert page.count("](worst/") == 5
    assert "![a](worst/1.jpg)" in page


@pytest.fixture
def three(tmp_path):
    return [with_pictures("s", tmp_path), sequence("t"), sequence("u")]


def finished(name, auc, *names, misses=(3,)):
    scores = {each: score(auc) for each in names}
    return Entry(name, scores, {each: boxes_with_misses(misses) for each in names})


def test_sequences_without_pictures_are_left_out_with_a_sentence(three, tmp_path):
    paths = write_worst(tmp_path, [finished("a", 0.5, "s", "t", "u")], three)
    assert len(paths) == 2
    assert "2 sequences left out, without pictures here: t, u." in paths[0].read_text()


def test_the_best_tracker_with_boxes_and_pictures(three, tmp_path):
    entries = [
        replace(finished("no boxes", 0.9, "s"), boxes={}),
        replace(finished("empty boxes", 0.8, "s"), boxes={"s": np.zeros((0, 4))}),
        finished("no pictures", 0.7, "t"),
        finished("second", 0.5, "s"),
        finished("first", 0.6, "s"),
    ]
    assert "Where **first** loses" in write_worst(tmp_path, entries, three)[0].read_text()


def test_a_tracker_that_was_run_here_comes_before_published_results(three, tmp_path):
    published = finished("published", 0.9, "s")
    own = replace(finished("own", 0.5, "s"), seconds={"s": 2.0}, timed_frames={"s": 10})
    assert "Where **own** loses" in write_worst(tmp_path, [published, own], three)[0].read_text()


def test_nothing_is_bad(three, tmp_path):
    (path,) = write_worst(tmp_path, [finished("a", 0.5, "s", misses=())], three)
    assert "no overlap is below 0.2" in path.read_text()


@pytest.mark.parametrize("entries", [[], [Entry("a", {})], [finished("a", 0.5, "t")]])
def test_nothing_to_show(entries, three, tmp_path):
    (path,) = write_worst(tmp_path, entries, three)
    assert "Nothing to show: there is no finished sequence with both its pic" in path.read_text()
    assert not (tmp_path / "worst").exists()


def test_a_damaged_picture_is_named(three, tmp_path):
    (tmp_path / "s.png").write_bytes(b"no picture")
    (path,) = write_worst(tmp_path, [finished("a", 0.5, "s")], three)
    assert "from frame 3 to 3 of 10 (1 frame). There is no picture: " in path.read_text()
    assert "s.png" in path.read_text()


def test_pictures_of_an_earlier_report_go(three, tmp_path):
    (tmp_path / "worst").mkdir()
    for name in ("1.jpg", "2.jpg", "5.jpg", "mine.jpg", "10.jpg"):
        (tmp_path / "worst" / name).write_bytes(b"old")
    write_worst(tmp_path, [finished("a", 0.5, "s")], three)
    assert sorted(p.name for p in (tmp_path / "worst").iterdir()) == ["1.jpg", "10.jpg", "mine.jpg"]
    assert (tmp_path / "worst" / "1.jpg").stat().st_size > 1000
