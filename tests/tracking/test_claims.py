"""Two objects at one place: like things that have crossed are both followed on."""

import numpy as np
import pytest

import tracker
from tests.moving_patch import JOURNEY_SETTINGS as SETTINGS
from tests.moving_patch import Crossing, MovingPatch
from tracker.config import TrackerConfig
from tracker.tracking.claims import overlapping_pairs, separate_overlapping
from tracker.tracking.engine import Engine
from tracker.tracking.searching import Candidate, SearchCrop
from tracker.tracking.target import Target

CONFIG = TrackerConfig(claim_overlap=0.5, found_share=0.6, usual_peak=0.5, box_lr=0.4)
LEFT, RIGHT = (20.0, 20.0, 40.0, 20.0), (120.0, 20.0, 40.0, 20.0)


def target_at(box, frames=0):
    target = Target(CONFIG, None, box, (300, 200), (0, 0, 0), None)
    for _ in range(frames):
        target.advance(box, 1.0, "tracking")
    return target


def moved(box, dx, dy=0.0):
    return (box[0] + dx, box[1] + dy, *box[2:])


# --- who claims what ---


def test_boxes_that_overlap_more_than_the_limit_are_of_one_place():
    """Two 40 pixels wide and 13 apart overlap by 27 of 53; 14 apart, by 26 of 54."""
    targets = [target_at(LEFT), target_at(RIGHT)]
    assert overlapping_pairs(targets, [LEFT, moved(LEFT, 13)], CONFIG) == [(0, 1)]
    assert overlapping_pairs(targets, [LEFT, moved(LEFT, 14)], CONFIG) == []


def test_every_pair_is_named_once():
    targets = [target_at(moved(LEFT, 60 * number)) for number in range(4)]
    boxes = [LEFT, RIGHT, moved(LEFT, 2), moved(LEFT, -2)]
    assert overlapping_pairs(targets, boxes, CONFIG) == [(0, 2), (0, 3), (2, 3)]
    assert overlapping_pairs(targets[:1], boxes[:1], CONFIG) == []
    assert overlapping_pairs([], [], CONFIG) == []


def test_what_began_as_one_stays_one():
    """Unless it was begun in another frame."""
    targets = [target_at(LEFT), target_at(moved(LEFT, 5))]
    assert overlapping_pairs(targets, [RIGHT, RIGHT], CONFIG) == []
    targets[1] = target_at(LEFT, frames=1)
    assert overlapping_pairs(targets, [RIGHT, RIGHT], CONFIG) == [(0, 1)]


# --- who goes ---


class Beside:
    """A searcher that sees objects beside a place as it was told."""

    def __init__(self, candidates):
        self._candidates = {id(candidate.target): candidate for candidate in candidates}

    def beside(self, candidate, taken):
        return self._candidates.get(id(candidate.target))


def candidate_of(target, center, peak):
    return Candidate(
        SearchCrop(target, np.array(center)), None, None, (0, 0), (0, 0), np.array(center), peak
    )


def settle(peaks, beside):
    """Centres and boxes of two objects with these peaks at one place, and these beside it."""
    targets = [target_at(LEFT), target_at(RIGHT)]
    candidates = [
        candidate_of(target, (90.0, 30.0), peak)
        for target, peak in zip(targets, peaks, strict=True)
    ]
    searcher = Beside(
        [
            candidate_of(target, (150.0, 30.0), peak)
            for target, peak in zip(targets, beside, strict=True)
            if peak is not None
        ]
    )
    boxes = [(50.0, 15.0, 80.0, 30.0), (52.0, 15.0, 80.0, 30.0)]
    candidates, boxes = separate_overlapping(candidates, boxes, searcher, CONFIG)
    return [candidate.center[0] for candidate in candidates], boxes


@pytest.mark.parametrize(
    ("peaks", "beside", "expected"),
    [
        ((0.5, 0.4), (0.4, 0.4), (90, 150)),  # 0.5 + 0.4 beats 0.4 + 0.4
        ((0.4, 0.5), (0.4, 0.4), (150, 90)),
        ((0.5, 0.4), (0.5, 0.3), (150, 90)),  # 0.4 + 0.5 beats 0.5 + 0.3
        ((0.5, 0.4), (None, 0.3), (90, 150)),
        ((0.5, 0.4), (0.31, None), (150, 90)),
        ((0.5, 0.4), (0.29, 0.29), (90, 90)),  # under 0.6 of the usual 0.5: one is hidden
        ((0.5, 0.4), (None, None), (90, 90)),
    ],
)
def test_the_better_sum_of_both_decides(peaks, beside, expected):
    assert settle(peaks, beside)[0] == [*expected]


@pytest.mark.parametrize("beside", [(0.4, 0.4), (None, None)])
def test_sizes_that_were_measured_on_both_are_not_believed(beside):
    for (x, y, w, h), center in zip(*reversed(settle((0.5, 0.4), beside)), strict=True):
        assert (w, h) == (40, 20)
        assert (x + w / 2, y + h / 2) == (center, 30)


def test_others_are_left_alone():
    candidates = [candidate_of(target_at(box), (box[0] + 20, 30.0), 0.5) for box in (LEFT, RIGHT)]
    assert separate_overlapping(candidates, [LEFT, RIGHT], Beside([]), CONFIG) == (
        candidates,
        [LEFT, RIGHT],
    )


def test_of_three_at_one_place_one_goes_in_a_frame():
    targets = [target_at(moved(LEFT, 60 * number)) for number in range(3)]
    candidates = [candidate_of(target, (90.0, 30.0), 0.5) for target in targets]
    searcher = Beside([candidate_of(target, (150.0, 30.0), 0.4) for target in targets])
    centers = [
        candidate.center[0]
        for candidate in separate_overlapping(candidates, [RIGHT] * 3, searcher, CONFIG)[0]
    ]
    assert sorted(centers) == [90, 90, 150]


# --- in pictures ---


@pytest.mark.parametrize(("step", "beside"), [(6, 4), (6, 8), (7, 4)])
def test_like_objects_that_cross_are_both_followed(step, beside):
    """Alone, one tracker follows the other's object, or both are lost."""
    clip = Crossing(step, beside)
    assert clip.both_followed(clip.follow()[-1])
    assert not clip.both_followed(clip.follow(claim_overlap=1.0)[-1])


def test_a_crossing_is_resumed_as_it_was():
    clip = Crossing(6, 8)
    unbroken = clip.follow()
    many = tracker.MultiTracker(device="cpu", **SETTINGS)
    many.init(clip.frames[0], clip.starts)
    for frame, results in zip(clip.frames[1:13], unbroken, strict=False):
        many.resume(frame, results)
    assert [many.update(frame) for frame in clip.frames[13:]] == unbroken[12:]


def test_what_is_beside_is_found_in_the_same_crop():
    """Two patches: outside of the box of the one the other is seen, and outside of both nothing."""
    clip = MovingPatch(1, (320, 240), contrast=0.3)
    engine = Engine(device="cpu")  # sees farther than a tracker of small crops
    near, far = (100.0, 90.0, 44.0, 36.0), (160.0, 96.0, 44.0, 36.0)
    target = engine.start(clip.frame((100, 90)), near)
    (candidate,) = engine._locate(clip.frame((100, 90), (160, 96)), [(target, target.center)])
    assert np.abs(candidate.center - (122, 108)).max() < 6  # a cell is 10 pixels
    beside = engine._searcher.beside(candidate, near)
    assert np.abs(beside.center - (182, 114)).max() < 6  # a cell is 10 pixels
    assert beside.peak > 0.6 * candidate.peak
    back = engine._searcher.beside(beside, far)
    assert np.array_equal(back.center, candidate.center)
    assert engine._searcher.beside(candidate, (0.0, 0.0, 320.0, 240.0)) is None
