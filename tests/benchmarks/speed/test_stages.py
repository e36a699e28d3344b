"""Stages are timed by replacing the functions that the tracker calls."""

from collections import defaultdict

import pytest

from benchmarks.speed.stages import STAGES, timed, timed_stages
from tests.moving_patch import JOURNEY_SETTINGS
from tracker import Tracker


def test_a_duration_is_kept_for_every_call_that_fails_too():
    seconds = []
    divide = timed(lambda a, b: a / b, seconds)
    assert divide(6, 3) == 2
    with pytest.raises(ZeroDivisionError):
        divide(1, b=0)
    assert len(seconds) == 2
    assert min(seconds) >= 0


def test_every_stage_is_counted_in_a_frame_but_not_within_another(moving_patch):
    """The names of functions that are replaced are those that the tracker still calls."""
    settings = JOURNEY_SETTINGS | {"learn_score": 0.0, "lost_score": 0.0}  # it learns, every 2nd
    tracker = Tracker("lite", "cpu", **settings)
    tracker.init(moving_patch.frames[0], moving_patch.boxes[0])
    before = [getattr(owner, name) for name, (owner, _) in STAGES.items()]
    times = defaultdict(list)
    with timed_stages(times):
        for frame in moving_patch.frames[1:3]:
            tracker.update(frame)
    assert {stage: len(seconds) for stage, seconds in times.items()} == {
        "crop": 2,
        "network": 2,
        "correlate": 2,
        "upsample": 2,
        "box head": 2,
        "learn": 1,
    }
    assert [getattr(owner, name) for name, (owner, _) in STAGES.items()] == before
