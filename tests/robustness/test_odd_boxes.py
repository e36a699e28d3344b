"""Boxes of every kind: ``BoxError``, or finite boxes in about the usual time."""

import statistics
import time
from decimal import Decimal

import cv2
import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from tests.robustness.faults import check_sentence
from tracker import Tracker
from tracker.errors import BoxError

WIDTH, HEIGHT = 320, 240
FIXED = [
    None,
    "",
    "1,2,3,4",
    b"1234",
    5,
    [],
    [1, 2, 3],
    [1, 2, 3, 4, 5],
    [[1, 2, 3, 4]],
    {},
    {1, 2, 3, 4},
    ["a", "b", "c", "d"],
    ["10", "10", "40", "40"],
    [None] * 4,
    [1, 2, 3, None],
    object(),
    iter([1] * 4),
    [1 + 2j, 1, 9, 9],
    [10**400, 1, 9, 9],
    [Decimal("10")] * 4,
    [True] * 4,
    np.zeros(4),
    range(10, 50, 10),
    np.array([10, 10, 40, 40], ">i2"),
    np.ma.masked_array([10, 10, 40, 40], [1, 0, 0, 0]),
    torch.tensor([10.0, 10, 40, 40]),
    np.array(["x"] * 4, object),
    [[10], [10], [40], [40]],
    (0, 0, WIDTH, HEIGHT),
    (-1, -1, WIDTH + 2, HEIGHT + 2),
    (-5e3, -5e3, 1e4, 1e4),
    (0, 0, 1, 1),
    (WIDTH - 1, HEIGHT - 1, 1, 1),
    (-0.0, 0, 5e-324, 5),
    (0, 0, 3199, 2399),
    (160, 0, 1, 240),
    (0, 120, 320, 1),
    (WIDTH, HEIGHT, 10, 10),
    (-9, -9, 9, 9),
    (-9, -9, 10, 10),
    (1e308, 0, 1e308, 9),
    (-1e308, 0, 1e308, 9),
    (10, 10, float("inf"), 9),
    (float("nan"), 10, 10, 10),
    (10, 10, 40, -40),
]

side = st.one_of(
    st.floats(-50, 400),
    st.floats(0.5, 3),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -1.0, 1.0, WIDTH, HEIGHT, 10.0 * WIDTH, 1e-9, 1e9, 2.0**63]),
    st.integers(-(10**30), 10**30),
)
inside = st.tuples(st.floats(-20, 310), st.floats(-20, 230), st.floats(1, 3200), st.floats(1, 2400))
boxes = st.one_of(inside, inside, st.tuples(side, side, side, side), st.lists(side, max_size=6))


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_odd_boxes(trials, moving_patch, one_thread):
    frames = [cv2.resize(frame, (WIDTH, HEIGHT)) for frame in moving_patch.frames[:4]]
    follower = Tracker(device="cpu", filter_first_steps=0)  # what is timed are updates

    def typical_update(box) -> float:
        """Processor seconds, the middle one of three updates."""
        follower.init(frames[0], box)
        times = []
        for frame in frames[1:]:
            begun = time.process_time()
            result = follower.update(frame)
            times.append(time.process_time() - begun)
            x, y, w, h = result.box
            assert np.isfinite(result.box).all()
            assert min(w, h) >= 1
            assert -1e-3 <= x + w / 2 <= WIDTH + 1e-3
            assert -1e-3 <= y + h / 2 <= HEIGHT + 1e-3
            assert 0 <= result.score <= 1
        return statistics.median(times)

    usual = statistics.median(typical_update((53, 67, 59, 48)) for _ in range(9))
    slowest = 0.0

    def attempt(box):
        nonlocal slowest
        with trials.one(repr(box)[:200]):
            try:
                taken = typical_update(box)
            except BoxError as error:
                check_sentence(error)
            else:
                slowest = max(slowest, taken / usual)
                assert taken <= 5 * usual, f"{taken / usual:.1f} times the usual time"

    trials.attempt_all(attempt, FIXED, boxes)
    trials.note(f"slowest update {slowest:.1f} times the usual one")
