"""Paths: eased, smoothed, in the room or out of the view, and points on a rim by hand."""

import numpy as np

from tracker.synthetic.composited.paths import draw_angles, ease, excursions, on_rim, smooth
from tracker.synthetic.composited.timing import TRANSITION, draw_timing


def test_excursions_are_inside_the_room_or_outside_the_view():
    room, out = np.array([30.0, 10.0]), np.array([100.0, 80.0])
    for seed in range(20):
        rng = np.random.default_rng(seed)
        timing = draw_timing(rng)
        path = excursions(timing, room, out, rng)
        beyond = (np.abs(path) >= out - 1e-9).any(axis=1)
        assert beyond[timing.absent].all()
        near = (np.abs(path) <= room).all(axis=1)
        for (start, stop), first, last in zip(timing.presences, (0, 1, 1), (1, 1, 0), strict=True):
            assert near[start + first * TRANSITION : stop - last * TRANSITION].all()
        assert np.linalg.norm(np.diff(path, axis=0), axis=1).max() < 25


def test_rays_meet_the_rim_by_hand():
    half = np.array([4.0, 2.0])
    angles = np.radians([0, 90, 180, 45])
    np.testing.assert_allclose(on_rim(angles, half), [[4, 0], [0, 2], [-4, 0], [4, 2]], atol=1e-12)


def test_ease_rises_from_0_to_1_evenly_on_both_sides():
    curve = ease(9)
    assert curve[4] == 0.5
    assert (np.diff(np.concatenate([[0], curve, [1]])) > 0).all()
    np.testing.assert_allclose(curve + curve[::-1], 1)


def test_smooth_keeps_what_is_slow_and_takes_what_is_fast():
    slow = np.column_stack([np.arange(100.0), np.full(100, 7.0)])
    np.testing.assert_allclose(smooth(slow)[30:-30], slow[30:-30], atol=1e-6)
    shake = np.tile([[1.0, -1.0], [-1.0, 1.0]], (50, 1))
    assert np.abs(smooth(shake)).max() < 0.1


def test_angles_turn_by_100_to_180_degrees():
    for seed in range(20):
        turns = np.degrees(np.abs(np.diff(draw_angles(np.random.default_rng(seed), 9))))
        assert ((turns >= 100) & (turns <= 180)).all()
