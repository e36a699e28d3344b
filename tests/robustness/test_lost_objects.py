"""Objects that leave and return, shrink to nothing, or were never there."""

import cv2
import numpy as np
import pytest

from tracker import Tracker
from tracker.boxes import overlap

SIZE = (240, 180)


@pytest.fixture(scope="module")
def follower():
    return Tracker(device="cpu")


@pytest.fixture(scope="module")
def quick_follower(small_model):
    return Tracker(small_model, "cpu", filter_first_steps=0)


def follow(follower, frames, box):
    results = [follower.init(frames[0], box), *map(follower.update, frames[1:])]
    for result in results:
        assert np.isfinite(result.box).all()
        assert min(result.box[2:]) >= 1
        assert 0 <= result.score <= 1
    return results


def test_away_and_back(trials, follower, moving_patch):
    """Where it was last seen; the score says that it is away."""
    seen, away = list(moving_patch.frames), moving_patch.frame()
    for gone in (1, 10, trials.count // 10):
        with trials.one(f"away for {gone} frames"):
            frames = [*seen[:4], *[away] * gone, *[seen[3]] * 4]
            results = follow(follower, frames, moving_patch.boxes[0])
            states = [result.state for result in results[4 : 4 + gone]]
            assert "tracking" not in states
            assert set(states[2:]) <= {"lost"}
            assert overlap(results[-1].box, moving_patch.boxes[3]) > 0.5
            assert results[-1].state == "tracking"


def test_shrinking_below_a_pixel(trials, quick_follower, moving_patch):
    frame = moving_patch.frames[0]
    x, y, w, h = moving_patch.boxes[0]
    middle = (x + w / 2, y + h / 2)
    with trials.one("shrinking"):
        zooms = 0.8 ** np.arange(24)  # 44 pixels to 0.3
        frames = [
            cv2.warpAffine(frame, cv2.getRotationMatrix2D(middle, 0, zoom), SIZE) for zoom in zooms
        ]
        follow(quick_follower, frames, moving_patch.boxes[0])


@pytest.mark.parametrize("value", [0, 127, 255])
def test_nothing_at_all(trials, quick_follower, value):
    with trials.one(f"all {value}"):
        frame = np.full((*SIZE[::-1], 3), value, np.uint8)
        follow(quick_follower, [frame] * trials.count, (100, 80, 40, 30))


def test_noise(trials, quick_follower):
    rng = np.random.default_rng(0)
    with trials.one("noise"):
        frames = rng.integers(0, 256, (trials.count // 4, *SIZE[::-1], 3), np.uint8)
        follow(quick_follower, frames, (100, 80, 40, 30))
