"""Score curves: exact while short, bounded while long, and no loss forgotten."""

import numpy as np
import pytest

from tests.demo.curves import curve_of
from tracker_demo.curve import MOST_POINTS, Point


def test_a_short_curve_is_exact():
    curve = curve_of([1, 0.9, 0.1, 0.15, 0.8, 0.05])
    assert [point.score for point in curve.points] == [1, 0.9, 0.1, 0.15, 0.8, 0.05]
    assert list(curve.lost_spans()) == [(0.08, 0.16), (0.2, 0.2)]


@pytest.mark.parametrize("frames", [MOST_POINTS, MOST_POINTS + 1, 5 * MOST_POINTS + 7, 20_000])
def test_a_long_curve_stays_small_and_forgets_no_loss(frames):
    scores = np.ones(frames)
    lost = frames * 2 // 3
    scores[lost] = 0.01
    curve = curve_of(scores)
    assert len(curve.points) <= MOST_POINTS
    assert min(point.score for point in curve.points) == 0.01
    ((begin, end),) = curve.lost_spans()
    assert begin <= lost / 25 <= end
    assert end - begin <= 2 * frames / MOST_POINTS / 25 + 1 / 25
    assert curve.end_s == (frames - 1) / 25


def test_two_points_become_the_worse_of_both():
    scores = [0.9, 0.3, 0.1, 0.8] + [1.0] * (MOST_POINTS - 3)  # one more than fits
    points = curve_of(scores).points
    assert points[:3] == [Point(0.0, 0.3, "uncertain"), Point(0.08, 0.1, "lost"), points[2]]
    assert points[2] == Point(0.16, 1.0, "tracking")
    assert len(points) == MOST_POINTS // 2 + 1
