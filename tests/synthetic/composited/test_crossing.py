"""Two objects that cross: the truth agrees with the pixels of a green and a red one."""

import numpy as np
import pytest

from tests.synthetic.composited.green import GREEN, grays
from tracker.boxes import overlap, xywh_to_cxcywh
from tracker.synthetic.composited import Crossing, PicturedObject, crossing

RED = (230, 20, 20)
BOX = (40.0, 30.0, 60.0, 40.0)


def picture_of(color):
    picture = grays(6)
    picture[30:70, 40:100] = color
    return picture


def make(kind="kin", seed=0):
    green, red = (PicturedObject(picture_of(color), BOX) for color in (GREEN, RED))
    rng = np.random.default_rng([seed, 7])
    return crossing("pair", kind, green, green if kind == "twin" else red, grays(5, (90, 70)), rng)


@pytest.fixture(scope="module", params=range(4))
def kin(request) -> Crossing:
    return make(seed=request.param)


def centers(boxes):
    return xywh_to_cxcywh(boxes)[..., :2]


def pixel(frame, box):
    column, row = centers(np.array(box)).astype(int)
    return frame[row, column].astype(int)


def is_green(color):
    return color[1] > color[0] + 50


def test_the_same_generator_gives_the_same_pixels_and_another_one_others():
    first, again, other = make(), make(), make(seed=1)
    for index in (0, 35, 209):
        assert np.array_equal(first.paint(index), again.paint(index))
        assert np.array_equal(first.paint(index), first.paint(index))
        assert not np.array_equal(first.paint(index), other.paint(index))
    assert np.array_equal(first.boxes, again.boxes)
    assert first.paint(0).shape == (360, 480, 3)
    assert (first.name, first.kind, len(first)) == ("kin-pair", "kin", 210)


def test_both_are_wholly_in_every_frame(kin):
    x, y, w, h = np.moveaxis(kin.boxes, -1, 0)
    assert (np.minimum(x, y) >= 0).all()
    assert (x + w <= 480).all()
    assert (y + h <= 360).all()
    assert (np.sqrt(w * h) >= 49).all()


def test_they_meet_three_times_and_part_each_time(kin):
    distances = np.linalg.norm(np.subtract(*centers(kin.boxes)), axis=1)
    assert kin.meetings == (35, 105, 175)
    assert kin.partings == (70, 140, 209)
    assert distances[[*kin.meetings]].max() < 1e-9
    for before, parting in zip(kin.meetings, kin.partings, strict=True):
        assert distances[parting] == pytest.approx(distances[before : parting + 5].max())
        assert kin.apart[parting]
        assert not kin.apart[before]
    assert np.array_equal(kin.apart, overlap(*kin.boxes) < 0.05)
    assert kin.apart[0]
    sides = (kin.boxes[0, 0] - kin.boxes[1, 0])[:2] * (kin.boxes[0, 70] - kin.boxes[1, 70])[:2]
    assert (sides <= 0).all()  # each is where the other one was


def test_the_boxes_are_where_the_pixels_are(kin):
    for index in (0, 69, 139, 209):
        frame = kin.paint(index)
        assert is_green(pixel(frame, kin.boxes[0, index]))
        assert not is_green(pixel(frame, kin.boxes[1, index]))


def test_who_is_in_front_takes_turns(kin):
    in_front = [is_green(pixel(kin.paint(frame), kin.boxes[0, frame])) for frame in kin.meetings]
    assert in_front in ([True, False, True], [False, True, False])


def test_a_twin_is_the_mirror_image():
    """The left half of the object is green and the right half red; of the twin, the other way."""
    halves = picture_of(GREEN)
    halves[30:70, 70:100] = RED
    thing = PicturedObject(halves, BOX)
    twins = crossing("pair", "twin", thing, thing, grays(5, (90, 70)), np.random.default_rng(3))
    frame = twins.paint(0)
    for (x, y, w, h), green_first in zip(twins.boxes[:, 0], (True, False), strict=True):
        colors = [frame[int(y + h / 2), int(x + share * w)].astype(int) for share in (0.3, 0.7)]
        assert [is_green(color) for color in colors] == [green_first, not green_first]


def test_truth_cannot_be_changed(kin):
    with pytest.raises(ValueError, match="read-only"):
        kin.boxes[0, 0, 0] = 5
