"""Runs over annotated tracks, their means by group, and paired differences."""

import numpy as np
import pytest

from benchmarks.accuracy.clips import AnnotatedTrack
from benchmarks.accuracy.validate import report, success_auc


@pytest.fixture
def track(patch_video, moving_patch):
    return AnnotatedTrack("g/a/0", patch_video, dict(enumerate(map(np.array, moving_patch.boxes))))


def test_a_track_is_followed(track):
    assert success_auc("lite", track, 0, 12) > 0.75
    stuck = "lite,window_influence=1,box_lr=0,box_center=0"  # stays where it was
    assert success_auc(stuck, track, 0, 12) < 0.6


def test_a_track_that_is_over_has_no_value(track):
    assert success_auc("lite", track, 11, 12) is None
    assert success_auc("lite", track, 50, 12) is None


def test_the_report_compares_what_both_have():
    measured = {
        "lite": {"a/x/0@0": 0.5, "a/x/0@10": 0.7, "b/y/0@0": 0.4, "b/z/0@0": 0.9},
        "other": {"a/x/0@0": 0.6, "a/x/0@10": 0.8, "b/y/0@0": 0.5},
    }
    lines = report(measured, ["lite", "other"]).splitlines()
    assert lines[0] == "3 runs; mean success AUC: all, a, b"
    assert lines[1] == "0.533 0.600 0.400  lite"
    assert lines[2] == "0.633 0.700 0.500  other"
    assert "against lite, by track: +0.100 [+0.100, +0.100], 2 better, 0 worse" in lines[3]
