"""One object: its box within reason, and the box to come back to."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tracker.config import TrackerConfig
from tracker.result import TrackResult
from tracker.tracking.target import Target, rounded_box

BOX = (80.0, 40.0, 40.0, 20.0)
SHAPED = {"box_lr": 0.0}  # width and height change by one factor
FREE = {"box_lr": 0.4}


def target_of(box=BOX, frame_size=(200, 100), **settings):
    config = TrackerConfig(lost_score=0.1, lost_doubt=2.0, found_frames=3, **settings)
    return Target(config, None, box, frame_size, (0, 0, 0), None)


def test_it_begins_with_the_box_that_was_shown():
    target = target_of()
    assert target.result == TrackResult(0, None, 1, BOX, 1.0, "tracking")
    assert target.trusted == BOX
    assert target.center.tolist() == [100, 50]
    assert target.size.tolist() == [40, 20]


def test_the_search_square_grows_with_the_box():
    """The exemplar's square is sqrt(70 50) wide; the search sees 255 / 127 of that."""
    target = target_of()
    assert target.search_extent == pytest.approx(math.sqrt(70 * 50) * 255 / 127)
    target.advance((60, 30, 80, 40), 0.9, "tracking")
    assert target.search_extent == pytest.approx(math.sqrt(140 * 100) * 255 / 127)


@pytest.mark.parametrize(
    ("settings", "size", "expected"),
    [
        (SHAPED, (50, 25), (50, 25)),
        (SHAPED, (400, 200), (200, 100)),  # five times the first size, which is also the frame
        (SHAPED, (400, 100), (200, 50)),
        (SHAPED, (4, 2), (8, 4)),  # a fifth of the first size
        (SHAPED, (40, 2), (80, 4)),
        (FREE, (50, 25), (50, 25)),
        (FREE, (400, 2), (200, 4)),
        (FREE, (4, 200), (8, 100)),
    ],
)
def test_the_size_is_bounded(settings, size, expected):
    box = target_of(**settings).bounded(np.array([100.0, 50.0]), np.array(size, float))
    assert box[2:] == pytest.approx(expected, abs=1e-4)
    assert np.array(box[:2]) + np.array(box[2:]) / 2 == pytest.approx([100, 50], abs=1e-4)


@pytest.mark.parametrize("settings", [SHAPED, FREE], ids=["shaped", "free"])
def test_no_side_is_under_a_pixel(settings):
    target = target_of((10, 10, 3, 2), **settings)
    _, _, w, h = target.bounded(np.array([20.0, 20.0]), np.array([0.001, 0.001]))
    assert min(w, h) == 1


def test_an_object_wider_than_the_frame_keeps_its_least_size():
    target = target_of((-50, 30, 300, 40), min_size_ratio=0.9, **FREE)
    assert target.bounded(np.array([100.0, 50.0]), np.array([300.0, 10.0]))[2:] == (270, 36)


def test_the_centre_stays_in_the_frame():
    target = target_of(**FREE)
    for center, expected in (((-10, 150), (0, 100)), ((250, -1), (200, 0)), ((3, 4), (3, 4))):
        x, y, w, h = target.bounded(np.array(center, float), np.array([40.0, 20.0]))
        assert (x + w / 2, y + h / 2) == expected


@hypothesis_settings(deadline=None)
@given(
    center=st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    size=st.tuples(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6)),
    settings=st.sampled_from([SHAPED, FREE]),
)
def test_whatever_was_measured_a_box_is_finite_and_as_written(center, size, settings):
    box = target_of(**settings).bounded(np.array(center), np.array(size))
    x, y, w, h = box
    assert np.isfinite(box).all()
    assert box == rounded_box(box)
    assert w >= 8
    assert h >= 4
    assert -1e-3 <= x + w / 2 <= 200 + 1e-3
    assert -1e-3 <= y + h / 2 <= 100 + 1e-3


def test_frames_and_boxes_are_held_as_they_are_written():
    target = target_of()
    target.advance(np.array([1.00004, 2.00006, 30.123449, 40]), 0.25, "uncertain")
    assert target.result == TrackResult(1, None, 1, (1.0, 2.0001, 30.1234, 40.0), 0.25, "uncertain")
    target.advance((1, 2, 3, 4), 0.75, "tracking")
    assert target.result == TrackResult(2, None, 1, (1, 2, 3, 4), 0.75, "tracking")


def test_the_box_to_come_back_to_is_the_last_that_was_trusted():
    """Doubted, found and not yet tracked again: none of these is."""
    target = target_of()
    frames = [
        (0.9, "tracking", True),
        (0.3, "uncertain", True),
        (0.05, "uncertain", False),
        (0.2, "uncertain", True),
        (0.05, "uncertain", False),
        (0.05, "uncertain", False),
        (0.05, "lost", False),
        (0.9, "uncertain", False),
        (0.9, "uncertain", False),
        (0.9, "tracking", True),
    ]
    expected = BOX
    for number, (score, state, trusted) in enumerate(frames):
        box = (float(number), 10.0, 40.0, 20.0)
        target.advance(box, score, state)
        expected = box if trusted else expected
        assert target.result.box == box
        assert target.trusted == expected


def test_a_resized_picture_takes_everything_along():
    target = target_of(**FREE)
    target.advance((20, 10, 40, 20), 0.9, "tracking")
    target.advance((30, 20, 40, 20), 0.05, "uncertain")
    target.resize_with((600, 50))
    assert target.frame_size == (600, 50)
    assert target.trusted == (60, 5, 120, 10)
    assert target.result == TrackResult(2, None, 1, (90, 10, 120, 10), 0.05, "uncertain")
    # The bounds: a fifth of the first size, 120 x 10 now, and the frame or five times that size.
    center = np.array([300.0, 25.0])
    assert target.bounded(center, np.array([1.0, 1.0]))[2:] == (24, 2)
    assert target.bounded(center, np.array([900.0, 900.0]))[2:] == (600, 50)


def test_a_picture_of_the_same_size_changes_nothing():
    target = target_of()
    target.advance((20, 10, 40, 20), 0.9, "tracking")
    before = target.result
    target.resize_with((200, 100))
    assert target.result is before
    assert target.trusted == before.box


def test_sides_stay_at_least_a_pixel_when_the_picture_is_resized():
    target = target_of((80.0, 40.0, 2.0, 20.0))
    target.resize_with((50, 25))
    assert target.result.box == target.trusted == (20.0, 10.0, 1.0, 5.0)
