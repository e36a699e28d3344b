"""Boxes: conversions and overlaps by hand and as properties, and the check of a user's box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.boxes import (
    center_and_size,
    check_box,
    clip,
    cxcywh_to_xywh,
    overlap,
    xywh_to_cxcywh,
    xywh_to_xyxy,
)
from tracker.errors import BoxError

finite = st.floats(-1e4, 1e4)
side = st.floats(1, 1e4)
boxes = st.tuples(finite, finite, side, side)


def test_conversions_by_hand():
    box = (10, 20, 30, 40)
    assert xywh_to_cxcywh(box).tolist() == [25, 40, 30, 40]
    assert xywh_to_xyxy(box).tolist() == [10, 20, 40, 60]
    assert cxcywh_to_xywh((25, 40, 30, 40)).tolist() == [10, 20, 30, 40]
    center, size = center_and_size(box)
    assert (center.tolist(), size.tolist()) == ([25, 40], [30, 40])


def test_conversions_keep_the_shape_of_many_boxes():
    many = np.arange(24.0).reshape(2, 3, 4)
    for convert in (xywh_to_cxcywh, xywh_to_xyxy, cxcywh_to_xywh):
        together = convert(many)
        assert together.shape == (2, 3, 4)
        assert together[1, 2].tolist() == convert(many[1, 2]).tolist()


@given(boxes)
def test_centre_form_and_back_is_the_same_box(box):
    np.testing.assert_allclose(cxcywh_to_xywh(xywh_to_cxcywh(box)), box, atol=1e-9)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1),
        ((0, 0, 10, 10), (5, 0, 10, 10), 50 / 150),
        ((0, 0, 10, 10), (10, 0, 10, 10), 0),  # they touch, and share no area
        ((0, 0, 10, 10), (2, 3, 4, 5), 20 / 100),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0),
    ],
)
def test_overlap_by_hand(first, second, expected):
    assert overlap(first, second) == pytest.approx(expected)


def test_overlap_of_many_with_one_and_with_nan():
    many = [(0, 0, 10, 10), (5, 0, 10, 10), (np.nan, 0, 1, 1)]
    result = overlap(many, (0, 0, 10, 10))
    np.testing.assert_allclose(result, [1, 1 / 3, np.nan])


@given(boxes, boxes)
def test_overlap_is_symmetric_and_a_share(first, second):
    assert 0 <= overlap(first, second) <= 1
    assert overlap(first, second) == overlap(second, first)


def test_clip_by_hand():
    result = clip([(-5, -5, 10, 10), (90, 40, 20, 20), (200, 0, 5, 5)], (100, 50))
    assert result.tolist() == [[0, 0, 5, 5], [90, 40, 10, 10], [100, 0, 0, 5]]


def test_check_box_returns_plain_floats():
    box = check_box(np.array([1, 2, 3, 4]), (100, 50))
    assert box == (1.0, 2.0, 3.0, 4.0)
    assert all(type(value) is float for value in box)


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((1, 2, 3), "four numbers"),
        ("abcd", "four numbers"),
        (None, "four numbers"),
        ((1, 2, "wide", 4), "four numbers"),
        ((1, 2, float("nan"), 4), "finite numbers; got 1,2,nan,4"),
        ((1, 2, float("inf"), 4), "finite numbers"),
        ((1, 2, 0, 4), "at least 1 pixel wide"),
        ((1, 2, 5, -4), "at least 1 pixel wide"),
        ((1, 2, 2000, 4), "about the size of a 100x50 frame"),
        ((100, 10, 5, 5), "inside the 100x50 frame; got 100,10,5,5"),
        ((-4.5, 10, 5, 1), "inside the 100x50 frame"),  # half a pixel of it is visible
    ],
)
def test_check_box_names_what_is_wrong(box, message):
    with pytest.raises(BoxError, match=message):
        check_box(box, (100, 50))


@given(st.one_of(boxes, st.tuples(*[st.floats()] * 4)))
def test_check_box_accepts_or_explains(box):
    try:
        accepted = check_box(box, (640, 480))
    except BoxError:
        return
    assert np.isfinite(accepted).all()
    visible = clip(accepted, (640, 480))
    assert visible[2] * visible[3] >= 1
