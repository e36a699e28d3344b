"""Composited sequences: the truth agrees with the pixels of a bright green object."""

import cv2
import numpy as np
import pytest

from tests.synthetic.composited.green import GREEN, grays, greenness, tight_box
from tracker.boxes import clip, overlap
from tracker.datasets import sequence
from tracker.datasets.otb import load_otb
from tracker.datasets.sequence import Sequence
from tracker.synthetic.composited import Composite, Footage, cut, leave, occlusion, still
from tracker.synthetic.composited.timing import TRANSITION

KINDS = ("cut", "leave", "occlusion", "still")


@pytest.fixture(scope="module")
def other_clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("other")
    paths = tuple(folder / f"{number}.png" for number in range(3))
    for seed, path in enumerate(paths):
        assert cv2.imwrite(str(path), grays(90 + seed, (200, 100)))
    return Sequence("other", paths, [(10, 10, 20, 20)] * 3)


@pytest.fixture(scope="module")
def make(object_clip, other_clip):
    def make(kind: str, seed: int = 0) -> Composite:
        rng = np.random.default_rng([seed, 7])
        footage, picture = Footage(object_clip, hold=2), grays(5, (90, 70))
        if kind == "cut":
            return cut(footage, Footage(other_clip), picture, rng)
        if kind == "leave":
            return leave(footage, picture, rng)
        if kind == "occlusion":
            return occlusion(footage, picture, rng)
        object_picture = grays(6)
        object_picture[30:70, 40:100] = GREEN
        return still("thing", object_picture, (40, 30, 60, 40), picture, rng)

    return make


@pytest.fixture(scope="module", params=KINDS)
def composite(request, make):
    return make(request.param)


@pytest.fixture(scope="module")
def green(composite):
    """How green each pixel of each frame is: ``(N, H, W)`` from 0 to 255."""
    frames = []
    for frame in composite.frames():
        assert frame.dtype == np.uint8
        assert frame.shape == (composite.size[1], composite.size[0], 3)
        frames.append(greenness(frame))
    return np.array(frames)


def test_boxes_are_kept_where_the_object_is_seen():
    """By hand: seen, partly seen, absent, seen without an area."""
    boxes = np.array([[1, 2, 3, 4], [0, 2, 1, 4], [5, 5, 5, 5], [9, 9, 0, 4]], float)
    visibility, absent = np.array([0.95, 0.4, 0, 1]), np.array([False, False, True, False])
    composite = Composite("one", "cut", (9, 9), boxes, visibility, absent, lambda index: index)
    np.testing.assert_array_equal(composite.boxes[:2], boxes[:2])
    assert np.isnan(composite.boxes[2:]).all()
    assert composite.present.tolist() == [True, False, False, True]
    assert list(composite.frames()) == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="read-only"):
        composite.visibility[0] = 1


def absences(composite):
    edges = np.diff(composite.absent.astype(int), prepend=0, append=0)
    return np.flatnonzero(edges).reshape(-1, 2)


def test_no_pixel_of_the_object_is_seen_while_it_is_absent(composite, green):
    assert green[composite.absent].max() == 0
    assert (green[composite.present].max(axis=(1, 2)) > 200).all()


def test_the_truth_is_the_box_of_the_object_that_is_present(composite, green):
    for index in np.flatnonzero(composite.present)[::5]:
        seen, truth = np.array(tight_box(green[index])), composite.boxes[index]
        edges = (seen[:2], seen[:2] + seen[2:]), (truth[:2], truth[:2] + truth[2:])
        np.testing.assert_allclose(*edges, atol=3 if composite.kind == "still" else 2)


def test_visibility_is_the_share_of_the_object_that_is_seen(composite, green):
    whole = np.median(green[composite.present].sum(axis=(1, 2)) / full_area(composite))
    partly = np.flatnonzero(~composite.present & ~composite.absent)
    if composite.kind == "cut":
        assert not len(partly)
        return
    assert (composite.visibility[partly] > 0.2).sum() > 5
    if composite.kind == "still":  # its size changes
        return
    seen = green[partly].sum(axis=(1, 2)) / full_area(composite)[0] / whole
    np.testing.assert_allclose(seen, composite.visibility[partly], atol=0.04)


def full_area(composite):
    """Area of the whole object in each present frame, pixels."""
    return composite.boxes[composite.present, 2:].prod(axis=1)


def test_there_are_two_absences_of_30_to_200_frames(composite):
    spans = absences(composite)
    lengths = spans[:, 1] - spans[:, 0]
    assert len(spans) == 2
    assert ((lengths >= 30) & (lengths <= 200)).all()
    assert 250 <= len(composite) <= 510
    assert composite.present[0]
    for stop in spans[:, 1]:
        assert composite.present[stop + TRANSITION : stop + TRANSITION + 30].all()


def test_boxes_are_unknown_exactly_where_nothing_is_to_be_seen(composite):
    unknown = np.isnan(composite.boxes).all(axis=1)
    assert unknown[composite.absent].all()
    known = composite.boxes[~unknown]
    np.testing.assert_allclose(clip(known, composite.size), known)
    assert (composite.visibility[unknown] == 0).all()
    assert not (composite.absent & composite.present).any()
    assert composite.visibility[composite.absent].max() < 1e-9


@pytest.mark.parametrize("kind", ["cut", "leave", "still"])
def test_the_object_comes_back_elsewhere(make, kind):
    away = []
    for seed in range(5):
        composite = make(kind, seed)
        for start, stop in absences(composite):
            before = np.flatnonzero(composite.present[:start])[-1]
            after = stop + np.flatnonzero(composite.present[stop:])[0]
            away.append(overlap(composite.boxes[before], composite.boxes[after]) == 0)
    assert np.mean(away) >= 0.8


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_frames_in_any_order(make, kind):
    first, again, other = make(kind, 3), make(kind, 3), make(kind, 4)
    np.testing.assert_array_equal(first.boxes, again.boxes)
    middle = len(first) // 2
    late = first.paint(middle)
    np.testing.assert_array_equal(again.paint(0), first.paint(0))
    np.testing.assert_array_equal(again.paint(middle), late)
    assert len(other) != len(first) or not np.array_equal(other.visibility, first.visibility)


@pytest.mark.parametrize("kind", ["cut", "leave", "occlusion"])
def test_a_picture_is_read_when_its_frame_is_asked_for(make, kind, monkeypatch, object_clip):
    read = []

    def counted(path):
        read.append(path)
        return original(path)

    original = sequence.read_image
    monkeypatch.setattr(sequence, "read_image", counted)
    composite = make(kind)
    assert set(read) <= {object_clip.frame_paths[0]}
    frames = composite.frames()
    for _ in range(5):  # frame i shows picture i / 2
        read.clear()
        next(frames)
        assert len(read) == 1
    assert read == [object_clip.frame_paths[2]]


def test_real_clips_can_be_composited(otb_data):
    deer, dog = (Footage(clip) for clip in load_otb(otb_data, names=["Deer", "Dog"]))
    rng = np.random.default_rng(0)
    for composite in (
        leave(deer, grays(0), rng),
        occlusion(deer, grays(0), rng),
        cut(deer, dog, grays(0), rng),
    ):
        assert max(composite.size) <= 640
        assert composite.visibility[composite.absent].max() < 1e-9
        assert len(absences(composite)) == 2
        assert composite.paint(0).std() > 20
