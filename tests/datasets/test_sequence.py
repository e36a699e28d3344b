"""What a sequence promises: lengths that fit, values that stay, pictures on demand."""

import pickle

import numpy as np
import pytest

from tests.datasets.trees import write_pictures
from tracker.datasets import Sequence
from tracker.datasets.sequence import choose
from tracker.errors import DatasetError, SourceError

BOXES = np.array([[0, 0, 4, 3], [1, 1, 4, 3], [np.nan] * 4, [2, 2, 0, 0], [-9, 0, 4, 3.0]])


def test_visible_is_where_the_box_has_an_area():
    assert Sequence("s", (), BOXES).visible.tolist() == [True, True, False, False, True]
    flags = [True, False, False, False, True]
    assert Sequence("s", (), BOXES, flags).visible.tolist() == flags


def test_values_cannot_be_changed():
    given = BOXES.copy()
    sequence = Sequence("s", (), given)
    given[0] = 7
    np.testing.assert_array_equal(sequence.boxes, BOXES)
    with pytest.raises(ValueError, match="read-only"):
        sequence.boxes[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        sequence.visible[0] = False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"boxes": np.empty((0, 4))}, r"shape \(N, 4\); got \(0, 4\)"),
        ({"boxes": np.zeros((5, 3))}, r"got \(5, 3\)"),
        ({"visible": [True]}, r"expected 5 flags"),
        ({"frame_paths": ("a.jpg",)}, "expected 5 pictures .* got 1"),
        ({"skipped": 6}, "cannot skip 6 of 5"),
    ],
)
def test_lengths_are_checked(change, message):
    arguments = {"name": "ball", "frame_paths": (), "boxes": BOXES, **change}
    with pytest.raises(DatasetError, match=f"ball: .*{message}"):
        Sequence(**arguments)


def test_frames(tmp_path):
    write_pictures(tmp_path, range(5))
    sequence = Sequence("s", sorted(tmp_path.iterdir()), BOXES)
    assert sequence.has_frames
    frames = list(sequence.frames())
    assert len(frames) == len(sequence) == 5
    assert frames[0].shape == (6, 8, 3)
    assert frames[0].dtype == np.uint8
    sequence.frame_paths[3].write_bytes(b"not a picture")
    with pytest.raises(SourceError, match=r"0003.jpg is not an image"):
        sequence.read_frame(3)


def test_ground_truth_alone_has_no_frames():
    sequence = Sequence("s", (), BOXES)
    assert not sequence.has_frames
    with pytest.raises(DatasetError, match="s has no pictures here, only its ground truth"):
        next(sequence.frames())


def test_a_part():
    paths = tuple(f"{i}.jpg" for i in range(5))
    whole = Sequence("s", paths, BOXES, attributes=("OCC",), skipped=2)
    part = whole.part(1, 4)
    assert part.frame_paths == ("1.jpg", "2.jpg", "3.jpg")
    np.testing.assert_array_equal(part.boxes, BOXES[1:4])
    assert part.visible.tolist() == [True, False, False]
    assert (part.name, part.attributes, part.skipped) == ("s", ("OCC",), 1)
    assert len(whole.part(whole.skipped)) == 3
    assert whole.part(2).skipped == 0
    assert whole.part(0, 1).skipped == 1
    with pytest.raises(DatasetError, match="expected boxes"):
        whole.part(5)


def test_goes_to_another_process():
    sequence = pickle.loads(pickle.dumps(Sequence("s", ("1.jpg",) * 5, BOXES, skipped=1)))
    np.testing.assert_array_equal(sequence.boxes, BOXES)
    assert (sequence.name, sequence.skipped, len(sequence.frame_paths)) == ("s", 1, 5)


def test_names_differ_in_more_than_case():
    sequence = Sequence("car1_1", (), BOXES, aliases=("Auto",))
    assert sequence.is_named("Car1_1")
    assert sequence.is_named("auto")
    assert not sequence.is_named("car11")


def test_choose_keeps_the_order():
    assert choose(["b", "a", "c"], ["C", "b"], "here") == ["b", "c"]
    assert choose(["b", "a"], None, "here") == ["b", "a"]


@pytest.mark.parametrize(
    ("available", "wanted", "message"),
    [
        ([], None, "no sequences found in here"),
        (["a"], [], "no sequence was asked for in here; there are a"),
        (["a", "b"], ["a", "x"], "no sequence x in here; there are a, b"),
        (list("abcdefghij"), ["x"], "there are a, b, c, d, e, f, g, h and 2 more"),
    ],
)
def test_choose_says_what_there_is(available, wanted, message):
    with pytest.raises(DatasetError, match=message):
        choose(available, wanted, "here")
