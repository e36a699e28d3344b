"""What each convention is worth, on boxes whose figures are known by hand."""

import re

import numpy as np
import pytest

from tests.evaluation.hand_made import BOX, FAR, boxes_with_misses, sequence
from tracker.datasets.sequence import Sequence
from tracker.evaluation.entry import Entry
from tracker.evaluation.explain import CONVENTIONS, explain


def table(boxes, clip):
    """AUC, difference and precision by convention."""
    lines = explain([Entry("mine", {}, boxes={clip.name: np.array(boxes)})], [clip]).splitlines()
    assert lines[0] == "mine, 1 sequences"
    assert lines[1].split() == ["convention", "AUC", "P@20"]
    rows = [re.fullmatch(r"(.*?) +([\d.]+) ([+-][\d.]+) +([\d.]+)", line) for line in lines[2:]]
    return {row[1]: tuple(float(row[index]) for index in (2, 3, 4)) for row in rows}


def test_a_perfect_tracker():
    rows = table(boxes_with_misses([]), sequence("Still"))
    assert list(rows) == list(CONVENTIONS)
    strict, whole = (20 / 21, 0, 1), (1, 1 / 21, 1)
    expected = {
        "the OTB toolkit's rules": strict,
        "overlap >= threshold instead of >": whole,
        "101 thresholds instead of 21": (100 / 101, 100 / 101 - 20 / 21, 1),
        "mean overlap instead of the AUC": whole,
        "first frame not counted": strict,
        "frames without valid truth dropped": strict,
        # 29 x 19 of 649 pixels are shared, 0.849: 17 of 21 thresholds; the first row is the truth
        "boxes one pixel up and left": (
            (9 * 17 + 20) / 210,
            (9 * 17 + 20) / 210 - 20 / 21,
            1,
        ),
        "got10k toolkit": strict,
        "pysot toolkit": strict,
    }
    for name, figures in expected.items():
        assert rows[name] == pytest.approx(figures, abs=5.1e-5), name


def test_the_first_frame_is_a_tenth_of_ten():
    rows = table(boxes_with_misses([1, 2, 3]), sequence("Still"))
    assert rows["the OTB toolkit's rules"] == pytest.approx((0.7 * 20 / 21, 0, 0.7), abs=5.1e-5)
    auc, _, precision = rows["first frame not counted"]
    assert (auc, precision) == pytest.approx((6 / 9 * 20 / 21, 6 / 9), abs=5.1e-5)
    assert rows["overlap >= threshold instead of >"][0] == pytest.approx(
        (7 + 3 / 21) / 10,
        abs=5.1e-5,  # an overlap of 0 reaches the threshold 0
    )


def test_frames_without_valid_truth():
    truth = np.array([BOX] * 8 + [(0, 0, 0, 0)] * 2)
    rows = table([BOX] * 10, Sequence("Gone", (), truth))
    assert rows["the OTB toolkit's rules"][0] == pytest.approx(0.8 * 20 / 21, abs=5.1e-5)
    assert rows["frames without valid truth dropped"][0] == pytest.approx(20 / 21, abs=5.1e-5)
    assert rows["got10k toolkit"][2] == pytest.approx(0.8, abs=5.1e-5)


def test_rows_that_the_protocol_skips_do_not_count():
    truth = np.array([FAR] * 5 + [BOX] * 10)
    clip = Sequence("Late", (), truth, skipped=5)
    boxes = [(np.nan,) * 4] * 5 + [BOX] * 10
    assert table(boxes, clip)["the OTB toolkit's rules"] == pytest.approx(
        (20 / 21, 0, 1), abs=5.1e-5
    )


def test_sequences_count_the_same_however_long():
    clips = [sequence("Short", frames=10), sequence("Long", frames=90)]
    boxes = {"Short": boxes_with_misses([]), "Long": boxes_with_misses(range(1, 90), 90)}
    text = explain([Entry("mine", {}, boxes=boxes)], clips)
    assert text.startswith("mine, 2 sequences")
    precision = float(text.splitlines()[2].split()[-1])
    assert precision == pytest.approx((1 + 1 / 90) / 2, abs=5.1e-5)


def test_a_table_for_each_tracker_with_boxes():
    still = sequence("Still")
    boxes = {"Still": boxes_with_misses([])}
    entries = [Entry("one", {}, boxes=boxes), Entry("none", {}), Entry("two", {}, boxes=boxes)]
    tables = explain(entries, [still]).split("\n\n")
    assert [table.split(",")[0] for table in tables] == ["one", "two"]
