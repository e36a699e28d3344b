"""Results: their states, and that they cannot be changed."""

from dataclasses import FrozenInstanceError, asdict

import pytest

from tracker.result import STATES, TrackResult


def test_the_states_are_numbered_as_in_the_kernels():
    assert STATES == ("tracking", "uncertain", "lost")


def test_a_result_is_a_plain_value():
    one, other = (TrackResult(3, 0.12, 1, (1.0, 2.0, 3.0, 4.0), 0.9, "tracking") for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert asdict(one) == {
        "frame": 3,
        "time_s": 0.12,
        "id": 1,
        "box": (1.0, 2.0, 3.0, 4.0),
        "score": 0.9,
        "state": "tracking",
    }


def test_a_result_cannot_be_changed():
    result = TrackResult(0, None, 1, (0.0, 0.0, 1.0, 1.0), 0.0, "lost")
    with pytest.raises(FrozenInstanceError):
        result.score = 1.0
    with pytest.raises((AttributeError, TypeError)):
        result.note = "slots leave no room for others"
