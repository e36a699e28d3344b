"""What composited sequences are made of: footage, a stage, an occluder, timing and paths."""

import numpy as np
import pytest

from tests.synthetic.composited.green import (
    SIZE,
    WIDTH,
    grays,
    greenness,
    tight_box,
    write_clip,
    zigzag,
)
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.synthetic.composited import Footage
from tracker.synthetic.composited.occlusion import Occluder
from tracker.synthetic.composited.paths import ease, excursions, on_rim, smooth
from tracker.synthetic.composited.stage import Stage
from tracker.synthetic.composited.timing import TRANSITION, Timing, draw_timing


@pytest.fixture(scope="module")
def object_clip(tmp_path_factory):
    return zigzag(tmp_path_factory.mktemp("object"))


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


def test_a_stage_shows_the_footage_where_it_says(object_clip):
    # The camera looks at (60, 60), 80 x 60 pixels twice enlarged: the object at (50, 40) is
    # at (2 * (50 - 20), 2 * (40 - 30)), twice its size.
    stage = Stage(Footage(object_clip), grays(1), (160, 120), 2.0, np.array([[60.0, 60.0]]))
    boxes, inside = stage.boxes()
    np.testing.assert_allclose(boxes, [[60, 20, 60, 48]])
    assert inside == [1]
    assert tight_box(greenness(stage.frame(0))) == (60, 20, 60, 48)


def test_a_stage_shows_the_backdrop_outside_the_footage_only(object_clip):
    footage, white = Footage(object_clip), np.full((10, 10, 3), 255, np.uint8)
    stage = Stage(footage, white, SIZE, 1.0, np.array([[80.0, 60.0], [0.0, 60.0], [80.0, 90.5]]))
    np.testing.assert_array_equal(stage.frame(0), footage.frame(0))
    beyond = stage.frame(1)  # its right half is the footage's left half
    np.testing.assert_array_equal(beyond[:, 80:], footage.frame(1)[:, :80])
    assert (beyond[:, :80] == 255).all()
    below = stage.frame(2)
    assert (below[90:] == 255).all()
    assert (below[:89].max(axis=(1, 2)) < 255).sum() > 40  # rows without the object


def test_cover_is_the_mean_opacity_over_the_box():
    # Opaque 8 x 4 around (20, 10), then an edge of 4 across and 2 down.
    occluder = Occluder(
        np.zeros((8, 16, 3), np.uint8),
        np.array([4.0, 2.0]),
        np.array([4.0, 2.0]),
        np.tile([20.0, 10.0], (5, 1)),
    )
    boxes = [(17, 9, 6, 2), (28, 9, 4, 2), (24, 9, 4, 2), (20, 9, 16, 2), (12, 6, 16, 8)]
    # Inside; outside; the edge, whose mean is a half; 4 + 2 of 16; (8 + 4)(4 + 2) of 16 * 8.
    np.testing.assert_allclose(
        occluder.cover(np.array(boxes, float)), [1, 0, 0.5, 6 / 16, 72 / 128]
    )
    white = np.full((20, 40, 3), 255, np.uint8)
    painted = 1 - occluder.over(white, 0)[..., 0] / 255
    for (x, y, w, h), share in zip(boxes, occluder.cover(np.array(boxes, float)), strict=True):
        assert painted[y : y + h, x : x + w].mean() == pytest.approx(share, abs=0.01)


def test_timing_keeps_its_promises_for_every_seed():
    shortest, longest = set(), set()
    for seed in range(300):
        timing = draw_timing(np.random.default_rng(seed))
        lengths = sorted(stop - start for start, stop in timing.absences)
        shortest.add(lengths[0])
        longest.add(lengths[1])
        assert timing.absent.sum() == sum(lengths)
        assert sum(stop - start for start, stop in timing.presences) + sum(lengths) == timing.frames
        assert 300 <= timing.frames <= 508
    assert (min(shortest), max(longest)) == (30, 200)


def test_presences_and_absences_take_turns():
    timing = Timing(((3, 5), (6, 9)), 10)
    assert timing.presences == ((0, 3), (5, 6), (9, 10))
    assert np.flatnonzero(timing.absent).tolist() == [3, 4, 6, 7, 8]


def test_excursions_are_inside_the_room_or_outside_the_view():
    room, out = np.array([30.0, 10.0]), np.array([100.0, 80.0])
    for seed in range(20):
        rng = np.random.default_rng(seed)
        timing = draw_timing(rng)
        path = excursions(timing, room, out, rng)
        beyond = (np.abs(path) >= out - 1e-9).any(axis=1)
        assert beyond[timing.absent].all()
        near = (np.abs(path) <= room).all(axis=1)
        for (start, stop), first, last in zip(timing.presences, (0, 1, 1), (1, 1, 0), strict=True):
            assert near[start + first * TRANSITION : stop - last * TRANSITION].all()
        assert np.linalg.norm(np.diff(path, axis=0), axis=1).max() < 25


def test_rays_meet_the_rim_by_hand():
    half = np.array([4.0, 2.0])
    angles = np.radians([0, 90, 180, 45])
    np.testing.assert_allclose(on_rim(angles, half), [[4, 0], [0, 2], [-4, 0], [4, 2]], atol=1e-12)


def test_ease_rises_from_0_to_1_evenly_on_both_sides():
    curve = ease(9)
    assert curve[4] == 0.5
    assert (np.diff(np.concatenate([[0], curve, [1]])) > 0).all()
    np.testing.assert_allclose(curve + curve[::-1], 1)


def test_smooth_keeps_what_is_slow_and_takes_what_is_fast():
    slow = np.column_stack([np.arange(100.0), np.full(100, 7.0)])
    np.testing.assert_allclose(smooth(slow)[30:-30], slow[30:-30], atol=1e-6)
    shake = np.tile([[1.0, -1.0], [-1.0, 1.0]], (50, 1))
    assert np.abs(smooth(shake)).max() < 0.1
