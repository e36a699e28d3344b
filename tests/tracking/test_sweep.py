"""Where a lost object is looked for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.tracking.sweep import MOST_PER_SIDE, places_in_turn, sweep_places

sizes = st.tuples(st.integers(1, 2000), st.integers(1, 2000))
reaches = st.floats(2000 / MOST_PER_SIDE, 3000)
shares = st.tuples(st.floats(0, 1), st.floats(0, 1))


def test_places_are_the_middles_of_equal_parts_the_nearest_first():
    places = sweep_places((300, 200), 100, np.array([0.0, 0.0]))
    assert sorted(map(tuple, places)) == [
        (50, 50),
        (50, 150),
        (150, 50),
        (150, 150),
        (250, 50),
        (250, 150),
    ]
    assert places[0].tolist() == [50, 50]
    assert places[-1].tolist() == [250, 150]


@pytest.mark.parametrize(
    ("reach", "count"), [(300, 1), (299.9, 2), (199.9, 4), (100, 6), (99.9, 12), (1e9, 1)]
)
def test_there_are_as_few_places_as_will_do(reach, count):
    assert len(sweep_places((300, 200), reach, np.zeros(2))) == count


def test_a_tiny_object_gets_no_more_places_than_there_is_time_for():
    assert len(sweep_places((1920, 1080), 2.0, np.zeros(2))) == MOST_PER_SIDE**2


@settings(deadline=None)
@given(size=sizes, reach=reaches, around=shares, points=st.lists(shares, min_size=1))
def test_every_point_of_the_frame_is_within_reach_of_a_place(size, reach, around, points):
    places = sweep_places(size, reach, np.array(around) * size)
    for point in [*points, (0, 0), (1, 1)]:
        away = np.abs(places - np.array(point) * size).max(axis=1)
        assert away.min() <= reach / 2 + 1e-9
    assert (places > 0).all()
    assert (places < size).all()


@settings(deadline=None)
@given(size=sizes, reach=reaches, around=st.tuples(st.floats(-500, 2500), st.floats(-500, 2500)))
def test_the_nearest_places_come_first(size, reach, around):
    places = sweep_places(size, reach, np.array(around))
    distances = np.hypot(*(places - around).T)
    assert (np.diff(distances) >= -1e-9).all()
    assert len(np.unique(places, axis=0)) == len(places)


@pytest.mark.parametrize(
    ("turn", "expected"), [(0, [0, 1, 2]), (1, [3, 4, 5]), (2, [6, 0, 1]), (3, [2, 3, 4])]
)
def test_a_round_begins_with_the_first_place_and_goes_on_after_the_last(turn, expected):
    """Seven places in three frames: three in each."""
    places = np.arange(14.0).reshape(7, 2)
    taken = places_in_turn(places, turn, 3, 5)
    assert (taken[:, 0] / 2).tolist() == expected


@settings(deadline=None)
@given(
    count=st.integers(1, 60),
    frames=st.integers(1, 30),
    most=st.integers(1, 8),
    begin=st.integers(0, 1000),
)
def test_every_round_visits_every_place(count, frames, most, begin):
    """Wherever it begins; it takes the frames that it is meant to, unless crops are too few."""
    places = np.stack([np.arange(count), np.zeros(count)], axis=1)
    turns = frames if most * frames >= count else math.ceil(count / most)
    rounds = [places_in_turn(places, begin + turn, frames, most) for turn in range(turns)]
    for taken in rounds:
        assert 1 <= len(taken) <= most
        assert len(set(taken[:, 0])) == len(taken)
    assert {place for taken in rounds for place in taken[:, 0]} == set(range(count))
