"""Pictures of moments: where boxes and captions are drawn."""

import cv2
import numpy as np
import pytest

from tests.evaluation.hand_made import BOX, FAR
from tracker.evaluation.moment_pictures import RESULT_COLOR, TRUTH_COLOR, Moment, moment_picture

NOTHING = np.full(4, np.nan)
CAPTION = 34


def gray(width=280, height=210):
    return np.full((height, width, 3), 90, np.uint8)


def decoded(*moments):
    picture = moment_picture(
        [Moment(frame, np.array(a), np.array(b), c) for frame, a, b, c in moments]
    )
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(picture, np.uint8), 1), cv2.COLOR_BGR2RGB)


def near(image, color):
    return (np.abs(image.astype(int) - color) < 60).all(axis=2)


def extent(image, color):
    rows, columns = np.nonzero(near(image, color))
    return columns.min(), rows.min(), columns.max(), rows.max()


def test_boxes_are_where_they_are_said_to_be():
    image = decoded((gray(), BOX, FAR, "s  frame 3"))
    assert image.shape == (420 + CAPTION, 560, 3)  # twice the size, under a caption
    edges = (20, 40 + CAPTION, 80, 80 + CAPTION)
    assert extent(image, TRUTH_COLOR) == pytest.approx(edges, abs=3)
    edges = (400, 40 + CAPTION, 460, 80 + CAPTION)
    assert extent(image, RESULT_COLOR) == pytest.approx(edges, abs=3)
    assert (image[:CAPTION] > 200).any()  # the caption


def test_side_by_side():
    image = decoded((gray(), BOX, FAR, "one"), (gray(), BOX, FAR, "two"))
    assert image.shape == (420 + CAPTION, 560 + 8 + 560, 3)
    left, right = image[:, :560], image[:, 568:]
    assert extent(left, TRUTH_COLOR) == pytest.approx(extent(right, TRUTH_COLOR), abs=2)
    assert (left[:CAPTION] != right[:CAPTION]).any()


@pytest.mark.filterwarnings("error")
def test_no_result_no_box():
    image = decoded((gray(), BOX, NOTHING, "s"))
    assert not near(image, RESULT_COLOR).any()
    assert near(image, TRUTH_COLOR).any()


@pytest.mark.parametrize("box", [(-1e12, -1e12, 2e12, 2e12), (1e15, 0, 5, 5), (-50, -50, 9, 9)])
def test_boxes_outside_are_not_seen(box):
    assert not near(decoded((gray(), BOX, box, "s")), RESULT_COLOR).any()


@pytest.mark.parametrize("size", [(1, 1), (2000, 10), (10, 2000), (1920, 1080), (33, 47)])
def test_frames_of_any_size_fit(size):
    image = decoded((gray(*size), (0, 0, *size), BOX, "a name that is long " * 9))
    assert image.shape[0] <= 420 + CAPTION
    assert image.shape[1] <= 560
