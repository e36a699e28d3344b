"""A frame at a thumbnail, and which neighbours have a cut between them."""

import numpy as np
import pytest

from tracker.tracking.scene import is_cut, thumbnail
from tracker.video import open_source


def are_cut(before, after):
    return is_cut(thumbnail(before), thumbnail(after))


def noisy(frame, deviation, seed=0):
    noise = np.random.default_rng(seed).normal(0, deviation, frame.shape)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def scenes(moving_patch):
    """Frames of two scenes."""
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return moving_patch.frames[0], np.kron(coarse, np.ones((30, 30, 1), np.uint8))


@pytest.mark.parametrize("size", [(720, 1280), (180, 240), (5, 7), (1, 1), (1, 300)])
def test_a_glance_is_small_and_without_its_mean(size):
    frame = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)
    seen = thumbnail(frame)
    assert seen.shape == (18, 32, 3)
    np.testing.assert_allclose(seen.mean((0, 1)), 0, atol=1e-3)


def test_a_glance_is_in_the_picture_s_places():
    frame = np.zeros((180, 320, 3), np.uint8)
    frame[:90, 160:, 1] = 200  # the upper right quarter is green
    seen = thumbnail(frame)
    np.testing.assert_allclose(seen[:9, 16:, 1], 150)
    np.testing.assert_allclose(seen[9:, :, 1], -50)
    assert not seen[..., [0, 2]].any()


def test_another_scene_is_a_cut(scenes):
    one, other = scenes
    assert are_cut(one, other)
    assert are_cut(other, one)
    assert are_cut(one, 255 - one)


def test_black_is_another_scene_but_not_than_black(scenes):
    black = np.full_like(scenes[0], 16)
    assert are_cut(scenes[0], black)
    assert are_cut(black, scenes[0])
    assert not are_cut(noisy(black, 8), noisy(black, 8, seed=1))


def test_what_happens_in_a_scene_is_no_cut(scenes):
    for frame in scenes:
        assert not are_cut(frame, frame)
        assert not are_cut(frame, noisy(frame, 25))
        assert not are_cut(frame, np.roll(frame, frame.shape[1] // 60, axis=1))  # a pan
        assert not are_cut(frame, (frame * 0.4).astype(np.uint8))
        assert not are_cut(frame, np.minimum(frame.astype(int) + 90, 255).astype(np.uint8))
        covered = frame.copy()
        covered[: len(frame) // 3, : frame.shape[1] // 3] = 0
        assert not are_cut(frame, covered)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Couple", "DragonBaby", "Football1", "MotorRolling"])
def test_there_are_no_cuts_in_otb(otb_data, name):
    """Those of the 16 targets in which most changes from one frame to the next."""
    thumbnails = [thumbnail(frame.image) for frame in open_source(str(otb_data / name / "img"))]
    assert len(thumbnails) > 70
    assert not any(map(is_cut, thumbnails, thumbnails[1:]))


@pytest.mark.slow
def test_between_clips_there_is_a_cut(otb_data):
    names = ("Couple", "Crossing", "Deer", "Dog", "Football1", "Freeman1", "MotorRolling", "Skiing")
    first = [
        thumbnail(next(iter(open_source(str(otb_data / name / "img")))).image) for name in names
    ]
    pairs = [is_cut(a, b) for i, a in enumerate(first) for b in first[:i]]
    assert len(pairs) == 28
    assert np.mean(pairs) > 0.85
