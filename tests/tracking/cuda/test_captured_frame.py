"""The engine as it runs on a GPU, which may be emulated, against the engine of the CPU."""

import cv2
import numpy as np
import pytest
import torch

import tracker
from tests.csrc.emulated_runtime import emulate
from tests.moving_patch import BESIDE, Crossing
from tests.moving_patch import JOURNEY_SETTINGS as SETTINGS
from tracker.errors import ExtensionError
from tracker.tracking.cuda import captured_frame, slots
from tracker.tracking.engine import Engine

BACKGROUND = (100.0, 150.0, 40.0, 30.0)


@pytest.fixture(scope="module")
def frames(journey):
    return journey.with_object_beside()


@pytest.fixture(scope="module")
def boxes(journey):
    return [journey.start, BESIDE, BACKGROUND]


def plain(**settings):
    return tracker.MultiTracker(device="cpu", **SETTINGS | settings)


def emulated(built, **settings):
    """The same as it runs on a GPU, and the runtime that emulates one."""
    many = plain(**settings)
    return many, emulate(many._engine, built)


def run(many, frames, boxes):
    return [many.init(frames[0], boxes), *(many.update(frame) for frame in frames[1:])]


@pytest.fixture(scope="module")
def known(frames, boxes):
    return run(plain(), frames, boxes)


def states(results):
    return [[result.state for result in each] for each in results]


def distance(results, others):
    """Largest difference between two runs in a side of a box, pixels."""
    boxes, more = ([[result.box for result in each] for each in run] for run in (results, others))
    return np.abs(np.subtract(boxes, more)).max()


class Both:
    """Looks through graphs and without, and goes on with what is said without."""

    def __init__(self, engine):
        self.captured, self.plain = engine._captured, engine._find
        self.box_errors, self.score_errors = [], []
        engine._captured = self

    def __call__(self, frame, targets):
        own, expected = self.captured(frame, targets), self.plain(frame, targets)
        for (box, score, state), (cpu_box, cpu_score, cpu_state) in zip(own, expected, strict=True):
            assert state == cpu_state
            self.box_errors.append(np.abs(np.subtract(box, cpu_box)).max())
            self.score_errors.append(abs(score - cpu_score))
        return expected


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"filter_first_steps": 0, "num_scales": 3, "box_lr": 0.0},
        pytest.param({"num_scales": 3}, marks=pytest.mark.exhaustive),
    ],
    ids=["by head", "as in the paper", "by head and scale"],
)
def test_every_frame_is_the_same_without_graphs(gpu, frames, boxes, settings):
    """From the same state: while there, doubted, lost, found again, recovering."""
    many = gpu.many(**SETTINGS | settings)
    both = Both(many._engine)
    results = run(many, frames, boxes)
    assert {"tracking", "uncertain"} <= {state for each in states(results) for state in each}
    assert len(both.box_errors) > 40
    assert max(both.box_errors) <= 0.01
    assert max(both.score_errors) <= 1e-3


def test_a_run_of_its_own_says_the_same(gpu, frames, boxes, known):
    """The last digit of a box decides about pixels of the next crop: differences grow."""
    results = run(gpu.many(**SETTINGS), frames, boxes)
    assert states(results) == states(known)
    assert distance(results, known) < 1
    for number in (0, 1):
        assert "lost" in {results[number].state for results in known}
        assert known[-1][number].state == "tracking"


def test_the_host_waits_once_in_a_frame(built, frames, boxes):
    many, runtime = emulated(built)
    frames = frames[:12]
    run(many, frames, boxes)
    assert runtime.waits == len(frames) - 1
    assert set(runtime.replays) == {1, 2, 4}  # for one, two and three that are not lost


def test_the_device_goes_on_by_itself(built, frames, monkeypatch):
    """Its state is written for a new object, not from frame to frame, nor to learn."""
    written = []
    row = slots.target_row
    monkeypatch.setattr(slots, "target_row", lambda each: written.append(each) or row(each))
    many, _ = emulated(built)
    run(many, frames[:5], [BESIDE])
    assert len(written) == 1


def test_objects_are_added_removed_and_started_again(gpu, frames, boxes):
    def script(many):
        yield many.init(frames[0], boxes[:2])
        yield many.update(frames[1])
        yield [many.add(frames[1], boxes[2])]
        yield many.update(frames[2])
        many.remove(1)
        yield many.update(frames[3])
        yield [many.reinit(frames[3], 2, (198, 41, 42, 31))]
        yield many.update(frames[4])

    own, expected = list(script(gpu.many(**SETTINGS))), list(script(plain()))
    for each, other in zip(own, expected, strict=True):
        assert states([each]) == states([other])
        assert [result.id for result in each] == [result.id for result in other]
        assert distance([each], [other]) < 0.1


def test_a_picture_resized_on_the_way(gpu, frames, boxes):
    wide = [cv2.resize(frame, (480, 240)) for frame in frames[3:6]]
    own = run(gpu.many(**SETTINGS), frames[:3] + wide, boxes[1:])
    expected = run(plain(), frames[:3] + wide, boxes[1:])
    assert states(own) == states(expected)
    assert distance(own, expected) < 0.5


def test_a_resumed_run_is_the_unbroken_one(gpu, frames, boxes):
    """Broken off while one object is lost, and when both are found again."""
    many = gpu.many(**SETTINGS)
    unbroken = run(many, frames, boxes)
    for cut in (8, len(frames) - 4):
        many.init(frames[0], boxes)
        for frame, results in zip(frames[1:cut], unbroken[1:cut], strict=True):
            many.resume(frame, results)
        assert [many.update(frame) for frame in frames[cut:]] == unbroken[cut:]


def test_a_cut_on_the_way(gpu, frames, boxes):
    """It makes all objects lost at once, which the host sees."""
    frames = frames[:4] + [255 - frame for frame in frames[4:7]]
    many = gpu.many(**SETTINGS)
    own = run(many, frames, boxes)
    assert states(own) == states(run(plain(), frames, boxes))
    assert {result.state for result in own[3]} == {"tracking"}
    assert "tracking" not in {result.state for result in own[4]}


def test_objects_that_cross(built):
    """Two at one place are separated by the host."""
    clip = Crossing(step=6, beside=8)
    many, _ = emulated(built)
    own = run(many, clip.frames, clip.starts)
    assert states(own[1:]) == states(clip.follow())
    assert clip.both_followed(own[-1])


def test_more_objects_than_a_graph_takes(built, frames, boxes, monkeypatch):
    expected = run(emulated(built)[0], frames[:4], boxes)
    monkeypatch.setattr(captured_frame, "MAX_SLOTS", 2)
    many, runtime = emulated(built)
    own = run(many, frames[:4], boxes)
    assert runtime.replays == [2, 1] * 3
    assert states(own) == states(expected)
    assert distance(own, expected) < 0.5  # rounding differs between batches, and grows


def test_where_nothing_can_be_launched_it_goes_on_without_graphs(built, frames, boxes):
    """With one warning, and to the last digit as on the CPU."""
    expected = run(plain(), frames[:5], boxes)
    many, runtime = emulated(built)
    many.init(frames[0], boxes)
    runtime.module.refuse_launches(True)
    try:
        with pytest.warns(RuntimeWarning, match="slower: expected the kernel crop to st") as told:
            own = [many.update(frame) for frame in frames[1:5]]
    finally:
        runtime.module.refuse_launches(False)
    assert own == expected[1:]
    assert len(told) == 1


def test_where_memory_runs_out_on_the_way_it_goes_on_without_graphs(built, frames, boxes):
    many, runtime = emulated(built)
    run(many, frames[:3], boxes)

    def capture(step):
        raise torch.OutOfMemoryError("CUDA out of memory")

    runtime.capture = capture
    many.add(frames[2], (60.5, 120.25, 22, 20))
    many.add(frames[2], (130.0, 60.0, 30.0, 50.0))  # more than the places of the first graph
    with pytest.warns(RuntimeWarning, match="slower: CUDA out of memory") as told:
        results = [many.update(frame) for frame in frames[3:5]]
    assert len(told) == 1
    assert [len(each) for each in results] == [5, 5]


def test_where_the_extension_is_required_its_failure_is_an_error(built, frames, boxes, monkeypatch):
    monkeypatch.setenv("TRACKER_REQUIRE_EXTENSION", "1")
    many, runtime = emulated(built)
    first = many.init(frames[0], boxes)
    runtime.module.refuse_launches(True)
    try:
        with pytest.raises(ExtensionError, match="expected the kernel crop to start"):
            many.update(frames[1])
    finally:
        runtime.module.refuse_launches(False)
    assert [result.frame for result in first] == [0, 0, 0]
    assert [result.frame for result in many.update(frames[1])] == [1, 1, 1]  # nothing was lost


def test_in_16_bits_it_finds_the_same(gpu, frames, boxes, known):
    own = run(gpu.many("bfloat16", **SETTINGS), frames[:5], boxes[:2])
    assert states(own) == states([each[:2] for each in known[:5]])
    assert distance(own, [each[:2] for each in known[:5]]) < 2


def test_a_precision_that_is_none():
    with pytest.raises(ValueError, match="precision out of float32, bfloat16; got 'half'"):
        tracker.Tracker(device="cpu", precision="half")


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_nothing_waits_between_frames(frames, precision):
    """PyTorch makes an error of whatever waits for the device; the read of results is an event."""
    engine = Engine(device="cuda", precision=precision, filter_interval=1000, lost_score=0.0)
    targets = [engine.start(frames[0], BESIDE), engine.start(frames[0], BACKGROUND)]
    engine.follow(frames[1], targets)  # captures
    torch.cuda.set_sync_debug_mode("error")
    try:
        results = [engine.follow(frame, targets) for frame in frames[2:]]
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(results) == len(frames) - 2
