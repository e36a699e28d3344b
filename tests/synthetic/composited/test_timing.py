"""Absences keep their promised lengths and take turns with presences."""

import numpy as np

from tracker.synthetic.composited.timing import Timing, draw_timing


def test_timing_keeps_its_promises_for_every_seed():
    shortest, longest = set(), set()
    for seed in range(300):
        timing = draw_timing(np.random.default_rng(seed))
        lengths = sorted(stop - start for start, stop in timing.absences)
        shortest.add(lengths[0])
        longest.add(lengths[1])
        assert timing.absent.sum() == sum(lengths)
        assert sum(stop - start for start, stop in timing.presences) + sum(lengths) == timing.frames
        assert 300 <= timing.frames <= 508
    assert (min(shortest), max(longest)) == (30, 200)


def test_presences_and_absences_take_turns():
    timing = Timing(((3, 5), (6, 9)), 10)
    assert timing.presences == ((0, 3), (5, 6), (9, 10))
    assert np.flatnonzero(timing.absent).tolist() == [3, 4, 6, 7, 8]
