"""Trackers are named on the command line with settings after a comma."""

import pytest

from benchmarks.tracker_names import make_tracker, parse_tracker


def test_settings_are_split_from_the_name():
    assert parse_tracker("opencv-mil") == ("opencv-mil", {})
    assert parse_tracker("lite,a=0.5,b=3") == ("lite", {"a": 0.5, "b": 3})
    with pytest.raises(ValueError, match="Expecting value"):
        parse_tracker("lite,a=much")


def test_settings_follow_the_name_of_a_tracker():
    tracker = make_tracker("default,hold_score=0.1,filter_interval=4")
    assert (tracker.config.hold_score, tracker.config.filter_interval) == (0.1, 4)
    with pytest.raises(TypeError, match="no_such"):
        make_tracker("default,no_such=1")
    with pytest.raises(ValueError, match="hold_score"):
        make_tracker("default,hold_score=2")
