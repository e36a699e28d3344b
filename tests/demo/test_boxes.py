"""Boxes from the page: what is taken, and what is refused with a sentence."""

import pytest

from tests.demo.hostile import BAD_BOXES
from tracker_demo.boxes import NONE_DRAWN, read_boxes
from tracker_demo.messages import Refused

SIZE = (240, 180)


def test_boxes_become_floats_in_their_order():
    boxes = read_boxes({"boxes": [[10, 20, 30, 40], [0.5, 0, 20.25, 9]], "picture": "x"}, SIZE, 8)
    assert boxes == [(10.0, 20.0, 30.0, 40.0), (0.5, 0.0, 20.25, 9.0)]
    assert {type(side) for box in boxes for side in box} == {float}


@pytest.mark.parametrize("value", [None, 5, [], [[1, 2, 30, 40]], {}, {"boxes": []}])
def test_without_a_box_it_asks_for_one(value):
    with pytest.raises(Refused, match=NONE_DRAWN):
        read_boxes(value, SIZE, 8)


@pytest.mark.parametrize("boxes", BAD_BOXES)
def test_bad_boxes_are_refused(boxes):
    with pytest.raises(Refused):
        read_boxes({"boxes": boxes}, SIZE, 8)


@pytest.mark.parametrize(
    ("boxes", "sentence"),
    [
        ("10,10,20,20", "Expected boxes as a list of four numbers each."),
        ([[10, 10, 20, 20]] * 3, "Up to 2 boxes can be followed together; 3 are drawn."),
        ([[10, 10, 20, 20], [1, 2, 3]], "Box 2 is not four numbers x, y, width, height."),
        ([[True, 1, 9, 9]], "Box 1 is not four numbers"),
        ([[10, 10, 20, float("nan")]], "Box 1 cannot be followed: expected a box of finite"),
        ([[500, 10, 20, 20]], "Box 1 cannot be followed: expected a box inside the 240x180 frame"),
    ],
)
def test_the_sentence_names_the_box_and_what_is_wrong(boxes, sentence):
    with pytest.raises(Refused, match=sentence):
        read_boxes({"boxes": boxes}, SIZE, 2)
