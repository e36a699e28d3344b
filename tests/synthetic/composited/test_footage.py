"""Footage from short clips: played there and back, held, shrunk."""

import numpy as np
import pytest

from tests.synthetic.composited.green import WIDTH, tight_box, write_clip
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.synthetic.composited.footage import Footage


def test_footage_runs_there_and_back(object_clip):
    footage = Footage(object_clip.part(0, 3))
    xs = footage.boxes(8)[:, 0]
    assert xs.tolist() == [50, 45, 40, 45, 50, 45, 40, 45]
    for index, x in enumerate(xs.astype(int)):
        green = footage.frame(index)[45, :, 1] == 255
        assert np.flatnonzero(green).tolist() == list(range(x, x + WIDTH))


def test_held_pictures_are_shifted_so_that_the_object_moves_evenly(object_clip):
    footage = Footage(object_clip.part(0, 3), hold=5)
    assert footage.boxes(6)[:, 0] == pytest.approx([50, 49, 48, 47, 46, 45])
    for index, x in enumerate(range(50, 44, -1)):
        green = footage.frame(index)[45, :, 1] == 255
        assert np.flatnonzero(green).tolist() == list(range(x, x + WIDTH))


def test_large_pictures_are_shrunk_with_their_boxes(tmp_path):
    footage = Footage(write_clip(tmp_path / "large", [(100, 200)] * 2, (1280, 960)))
    assert footage.size == (640, 480)
    np.testing.assert_array_equal(footage.boxes(1), [[50, 100, 15, 12]])
    assert tight_box(footage.frame(0)[..., 1] * (footage.frame(0)[..., 0] == 0)) == (
        50,
        100,
        15,
        12,
    )


def test_footage_needs_the_object_in_every_frame(object_clip):
    boxes = object_clip.boxes.copy()
    boxes[3] = np.nan
    with pytest.raises(DatasetError, match="a box in each"):
        Footage(Sequence("gap", object_clip.frame_paths, boxes))
    with pytest.raises(DatasetError, match="two pictures"):
        Footage(object_clip.part(0, 1))
