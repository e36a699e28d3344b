"""Several objects in one video: exactly what as many trackers of one would say."""

from dataclasses import replace

import numpy as np
import pytest

import tracker
from tests.moving_patch import BESIDE, JOURNEY_SETTINGS
from tracker.errors import BoxError, FrameError

SETTINGS = JOURNEY_SETTINGS | {"device": "cpu"}


@pytest.fixture(scope="module")
def frames(journey):
    return journey.with_object_beside()


@pytest.fixture(scope="module")
def boxes(journey):
    """The two objects, and pieces of the background."""
    return [journey.start, BESIDE, (100, 150, 40, 30), (130, 60, 30, 50), (60.5, 120.25, 22, 20)]


@pytest.fixture(scope="module")
def many():
    return tracker.MultiTracker(**SETTINGS)


@pytest.fixture(scope="module")
def single():
    return tracker.Tracker(**SETTINGS)


def together(many, frames, boxes):
    return [many.init(frames[0], boxes), *(many.update(frame) for frame in frames[1:])]


def apart(single, frames, boxes):
    """The same, by one tracker after the other."""
    runs = []
    for number, box in enumerate(boxes, 1):
        run = [single.init(frames[0], box), *(single.update(frame) for frame in frames[1:])]
        runs.append([replace(result, id=number) for result in run])
    return [list(results) for results in zip(*runs, strict=True)]


@pytest.fixture(scope="module")
def known(many, frames, boxes):
    return together(many, frames, boxes)


def test_many_objects_are_exactly_as_many_trackers(single, frames, boxes, known):
    """Two of them are lost and found, at different times."""
    assert known == apart(single, frames, boxes)
    for number in (0, 1):
        states = [results[number].state for results in known]
        assert "lost" in states
        assert states[-1] == "tracking"
    assert any({results[0].state, results[1].state} == {"lost", "uncertain"} for results in known)


@pytest.mark.parametrize(
    "settings",
    [{"num_scales": 3, "box_lr": 0.0}, {"num_scales": 3}, {"filter_first_steps": 0}],
    ids=["by scale", "by both", "static"],
)
def test_also_by_other_settings(frames, boxes, settings):
    settings = SETTINGS | settings
    frames = frames[4:10]
    results = together(tracker.MultiTracker(**settings), frames, boxes)
    assert results == apart(tracker.Tracker(**settings), frames, boxes)


def test_also_by_the_settings_of_the_model(frames, boxes):
    results = together(tracker.MultiTracker(device="cpu"), frames[:4], boxes)
    assert results == apart(tracker.Tracker(device="cpu"), frames[:4], boxes)


def test_what_the_others_are_makes_no_difference(many, frames, boxes, known):
    order = (4, 1, 0)
    results = together(many, frames[:9], [boxes[number] for number in order])
    for one, all_of_them in zip(results, known[:9], strict=True):
        expected = [replace(all_of_them[number], id=id) for id, number in enumerate(order, 1)]
        assert one == expected


def test_ids_and_frames_are_counted(known):
    for frame, results in enumerate(known):
        assert [result.id for result in results] == [1, 2, 3, 4, 5]
        assert {result.frame for result in results} == {frame}
        assert {result.time_s for result in results} == {None}
    assert all(result.score == 1 and result.state == "tracking" for result in known[0])


def test_starting_again_forgets_everything(many, frames, boxes):
    first = together(many, frames[:3], boxes[:2])
    many.add(frames[2], boxes[2])
    assert together(many, frames[:3], boxes[:2]) == first
    assert many.ids == (1, 2)
    many.init(frames[0])
    assert many.ids == ()


def test_without_objects_there_are_no_results(frames, boxes):
    many = tracker.MultiTracker(**SETTINGS)
    assert many.ids == ()
    assert many.update(frames[0]) == []  # not even init is needed
    assert many.init(frames[0]) == []
    assert many.update(frames[1]) == []
    many.resume(frames[2], [])
    assert many.add(frames[2], boxes[1]).frame == 2
    assert [result.frame for result in many.update(frames[3])] == [3]


def test_an_object_that_is_added_is_followed_from_there(many, single, frames, boxes, known):
    many.init(frames[0], boxes[:1])
    for frame in frames[1:4]:
        many.update(frame)
    added = many.add(frames[3], boxes[1])
    assert added == tracker.TrackResult(3, None, 2, BESIDE, 1.0, "tracking")
    single.init(frames[3], boxes[1])
    for number, frame in enumerate(frames[4:9], 4):
        one, other = many.update(frame)
        assert one == known[number][0]
        assert other == replace(single.update(frame), frame=number, id=2)


def test_an_object_that_is_removed_leaves_the_others_as_they_are(many, frames, boxes, known):
    many.init(frames[0], boxes)
    for frame in frames[1:3]:
        many.update(frame)
    many.remove(2)
    many.remove(4)
    assert many.ids == (1, 3, 5)
    for number, frame in enumerate(frames[3:8], 3):
        assert many.update(frame) == [known[number][place] for place in (0, 2, 4)]


def test_ids_are_never_used_again(many, frames, boxes):
    many.init(frames[0], boxes[:3])
    many.remove(3)
    assert many.add(frames[0], boxes[3]).id == 4
    many.remove(1)
    many.remove(4)
    assert many.add(frames[0], boxes[4]).id == 5
    assert many.ids == (2, 5)
    assert [result.id for result in many.update(frames[1])] == [2, 5]
    many.remove(2)
    many.remove(5)
    assert many.update(frames[2]) == []
    assert many.add(frames[2], boxes[1]).id == 6


def test_an_object_is_started_again_in_its_place(many, single, frames, boxes, known):
    many.init(frames[0], boxes[:3])
    for frame in frames[1:4]:
        many.update(frame)
    started = many.reinit(frames[3], 2, (205, 42, 30, 28))
    assert started == tracker.TrackResult(3, None, 2, (205, 42, 30, 28), 1.0, "tracking")
    assert many.ids == (1, 2, 3)
    single.init(frames[3], (205, 42, 30, 28))
    for number, frame in enumerate(frames[4:7], 4):
        one, again, three = many.update(frame)
        assert (one, three) == (known[number][0], known[number][2])
        assert again == replace(single.update(frame), frame=number, id=2)


def test_what_cannot_be_used_changes_nothing(many, frames, boxes, known):
    many.init(frames[0], boxes)
    for frame in frames[1:4]:
        many.update(frame)
    outside, none = (900, 0, 10, 10), np.zeros((5, 5, 3))
    for call, error in [
        (lambda: many.init(frames[0], [boxes[0], outside]), BoxError),
        (lambda: many.init(none, boxes), FrameError),
        (lambda: many.add(frames[3], outside), BoxError),
        (lambda: many.add(none, boxes[0]), FrameError),
        (lambda: many.reinit(frames[3], 1, outside), BoxError),
        (lambda: many.reinit(none, 1, boxes[0]), FrameError),
        (lambda: many.reinit(frames[3], 6, boxes[0]), BoxError),
        (lambda: many.remove(6), BoxError),
        (lambda: many.remove(0), BoxError),
        (lambda: many.update(none), FrameError),
        (lambda: many.resume(none, known[4]), FrameError),
        (lambda: many.resume(frames[4], known[4][:4]), FrameError),
        (lambda: many.resume(frames[4], known[4][::-1]), FrameError),
        (lambda: many.resume(frames[4], [*known[4], replace(known[4][0], id=6)]), FrameError),
    ]:
        with pytest.raises(error):
            call()
        assert many.ids == (1, 2, 3, 4, 5)
    assert [many.update(frame) for frame in frames[4:8]] == known[4:8]
    assert many.add(frames[7], boxes[0]).id == 6  # none was used up


def test_an_unknown_object_is_named_with_those_that_are_known(many, frames, boxes):
    many.init(frames[0], boxes[:2])
    for call in (lambda: many.remove(3), lambda: many.reinit(frames[0], 3, boxes[0])):
        with pytest.raises(BoxError, match=r"one of \(1, 2\); got 3"):
            call()
    with pytest.raises(FrameError, match=r"objects \[1, 2\]; got \[1\]"):
        many.resume(frames[1], [many.init(frames[0], boxes[:2])[0]])


def test_a_resumed_run_goes_on_exactly(many, frames, boxes, known):
    """Broken off while one object is lost and the other doubted, and later."""
    for cut in (8, 12, 15):
        many.init(frames[0], boxes)
        for frame, results in zip(frames[1 : cut + 1], known[1 : cut + 1], strict=True):
            many.resume(frame, results)
        assert [many.update(frame) for frame in frames[cut + 1 :]] == known[cut + 1 :]


def test_a_resumed_run_with_an_added_and_a_removed_object(many, frames, boxes):
    def run(known=None):
        """Results of all frames; up to frame 6 taken over where they are known."""
        many.init(frames[0], boxes[:2])
        after = []
        for number, frame in enumerate(frames[1:10], 1):
            if known and number <= 6:
                many.resume(frame, known[number - 1])
                after.append(known[number - 1])
            else:
                after.append(many.update(frame))
            if number == 3:
                many.remove(1)
                many.add(frame, boxes[2])
        return after

    straight = run()
    assert [result.id for result in straight[-1]] == [2, 3]
    assert run(straight) == straight


def test_a_picture_resized_takes_all_objects_along(many, frames, boxes):
    import cv2

    many.init(frames[0], boxes[:2])
    before = many.update(frames[1])
    for one, large in zip(before, many.update(cv2.resize(frames[2], (480, 240))), strict=True):
        x, y, w, h = one.box
        np.testing.assert_allclose(large.box, (1.5 * x, y, 1.5 * w, h), atol=8)


def test_its_settings_are_those_of_a_tracker(many, single):
    assert many.config == single.config
    assert (many.model, many.device) == (single.model, single.device)
    with pytest.raises(TypeError, match="num_scale"):
        tracker.MultiTracker(num_scale=1)
