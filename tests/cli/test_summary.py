"""The text at the end of a run: frames, speed, states, overlap with the truth."""

import numpy as np
import pytest

from tracker.cli.summary import Summary
from tracker.result import TrackResult


@pytest.fixture
def clock(monkeypatch):
    """Let the clock show these seconds, one after the other."""

    def show(*seconds):
        times = iter(seconds)
        monkeypatch.setattr("tracker.cli.summary.time.perf_counter", lambda: next(times))

    return show


def result(frame, id=1, x=0.0, state="tracking"):
    return TrackResult(frame, None, id, (x, 0.0, 10.0, 10.0), 0.5, state)


def test_frames_speed_and_states(clock):
    clock(100.0, 100.0, 100.5, 101.0, 102.0)  # the first frame asks twice
    summary = Summary()
    for frame, states in enumerate(
        ("tracking tracking", "tracking lost", "uncertain lost", "tracking tracking")
    ):
        summary.add([result(frame, id, state=state) for id, state in enumerate(states.split(), 1)])
    assert summary.frames == 4
    # 4 frames in 2 s; 5, 1 and 2 of 8 results
    assert str(summary) == "4 frames at 2.0 fps; tracking 62%, uncertain 12%, lost 25%"


def test_overlap_of_the_first_object_where_the_truth_is_known():
    truth = np.array([[0, 0, 10, 10], [5, 0, 10, 10], [np.nan] * 4], float)
    summary = Summary(truth)
    for frame in range(4):  # the truth has no row for the last
        summary.add([result(frame), result(frame, 2, x=100.0)])
    # 1, 50 / 150, unknown, unknown
    assert str(summary).endswith("\nmean overlap with the truth: 0.667 over 2 frames")


def test_without_truth_nothing_is_said_about_it():
    summary = Summary(np.full((1, 4), np.nan))
    summary.add([result(0)])
    assert "overlap" not in str(summary)
