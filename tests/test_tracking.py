import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tracker
from tracker.boxes import overlap
from tracker.errors import BoxError, DeviceError, FrameError, WeightsError
from tracker.tracking import Tracker


@pytest.fixture(scope="module")
def follower():
    return Tracker(device="cpu")


def overlaps(results, boxes):
    return [float(overlap(result.box, box)) for result, box in zip(results, boxes, strict=True)]


def test_it_follows_a_moving_patch(follower, moving_patch):
    results = [follower.init(moving_patch.frames[0], moving_patch.boxes[0])]
    results += [follower.update(frame) for frame in moving_patch.frames[1:]]
    assert min(overlaps(results, moving_patch.boxes)) > 0.7
    assert [result.frame for result in results] == list(range(12))
    assert results[0].box == moving_patch.boxes[0]
    assert results[0].score == 1
    assert {result.state for result in results} == {"tracking"}


def test_one_scale_follows_as_well(moving_patch):
    follower = Tracker(device="cpu", num_scales=1)
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    results = [follower.update(frame) for frame in moving_patch.frames[1:]]
    assert min(overlaps(results, moving_patch.boxes[1:])) > 0.7
    assert {result.box[2:] for result in results} == {(44.0, 36.0)}  # the size cannot change


def test_it_follows_a_growing_object(follower, moving_patch):
    """The whole picture zoomed by 2 % a frame about the patch's centre."""
    import cv2

    frame, (x, y, w, h) = moving_patch.frames[3], moving_patch.boxes[3]
    center = (x + w / 2, y + h / 2)
    follower.init(frame, (x, y, w, h))
    for step in range(1, 16):
        zoom = 1.02**step
        matrix = cv2.getRotationMatrix2D((center[0] - 0.5, center[1] - 0.5), 0, zoom)
        result = follower.update(cv2.warpAffine(frame, matrix, (240, 180)))
    assert result.box[2] / w == pytest.approx(1.02**15, rel=0.12)
    truth = (center[0] - w * zoom / 2, center[1] - h * zoom / 2, w * zoom, h * zoom)
    assert overlap(result.box, truth) > 0.75


def test_the_score_falls_when_the_object_is_gone(follower, moving_patch):
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    here = follower.update(moving_patch.frames[1])
    empty = np.full_like(moving_patch.frames[0], 90)
    gone = follower.update(empty)
    assert here.score > 0.8
    assert gone.score < 0.2
    assert (here.state, gone.state) == ("tracking", "lost")


def test_the_same_input_gives_the_same_output(follower, moving_patch):
    def run():
        follower.init(moving_patch.frames[0], moving_patch.boxes[0])
        return [follower.update(frame) for frame in moving_patch.frames[1:6]]

    assert run() == run()


def test_a_resumed_run_goes_on_exactly(follower, moving_patch):
    frames, box = moving_patch.frames, moving_patch.boxes[0]
    follower.init(frames[0], box)
    straight = [follower.update(frame) for frame in frames[1:]]
    again = Tracker(device="cpu")
    again.init(frames[0], box)
    for frame, known in zip(frames[1:6], straight[:5], strict=True):
        again.resume(frame, known)
    assert [again.update(frame) for frame in frames[6:]] == straight[5:]


def test_a_picture_resized_in_the_middle(follower, moving_patch):
    import cv2

    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    for frame in moving_patch.frames[1:6]:
        follower.update(frame)
    large = cv2.resize(moving_patch.frames[6], (480, 270))
    result = follower.update(large)
    x, y, w, h = moving_patch.boxes[6]
    assert overlap(result.box, (x * 2, y * 1.5, w * 2, h * 1.5)) > 0.7


@pytest.mark.parametrize("kind", ["gray", "rgba", "mirrored", "pil"])
def test_frames_of_every_kind(follower, moving_patch, kind):
    from PIL import Image

    change = {
        "gray": lambda frame: frame[..., 1],
        "rgba": lambda frame: np.dstack([frame, frame[..., :1]]),
        "mirrored": lambda frame: np.ascontiguousarray(frame[:, ::-1])[:, ::-1],
        "pil": Image.fromarray,
    }[kind]
    follower.init(change(moving_patch.frames[0]), moving_patch.boxes[0])
    result = follower.update(change(moving_patch.frames[1]))
    assert overlap(result.box, moving_patch.boxes[1]) > 0.7


def test_a_frame_that_cannot_be_used_changes_nothing(follower, moving_patch):
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    expected = follower.update(moving_patch.frames[1])
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    for bad in (None, np.zeros((5, 5, 3)), np.zeros((0, 5, 3), np.uint8)):
        with pytest.raises(FrameError):
            follower.update(bad)
    with pytest.raises(BoxError):
        follower.init(moving_patch.frames[5], (900, 0, 10, 10))
    assert follower.update(moving_patch.frames[1]) == expected


def test_the_shape_of_the_box_stays_where_it_does_not_fit_the_frame(follower, moving_patch):
    follower.init(moving_patch.frames[0], (-20, 30, 300, 60))
    _, _, w, h = follower.update(moving_patch.frames[1]).box
    assert w <= 240 + 1e-3
    assert w / h == pytest.approx(5, rel=1e-3)


def test_a_box_is_held_as_it_is_written(follower, moving_patch):
    result = follower.init(moving_patch.frames[0], (10.123456789, 20.00004, 30, 40.99996))
    assert result.box == (10.1235, 20.0, 30.0, 41.0)


def test_update_before_init():
    with pytest.raises(FrameError, match=r"expected init\(frame, box\) before"):
        Tracker(device="cpu").update(np.zeros((5, 5, 3), np.uint8))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    box=st.tuples(st.floats(-100, 300), st.floats(-100, 300), st.floats(1, 900), st.floats(1, 900)),
    shapes=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 300)), min_size=2, max_size=3),
)
def test_boxes_stay_finite_whatever_happens(follower, box, shapes):
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, (*shape, 3), np.uint8) for shape in shapes]
    try:
        follower.init(frames[0], box)
    except BoxError:
        return
    for frame in frames[1:]:
        result = follower.update(frame)
        x, y, w, h = result.box
        height, width = frame.shape[:2]
        assert np.isfinite(result.box).all()
        assert min(w, h) >= 1
        assert 0 <= x + w / 2 <= width + 1e-3
        assert 0 <= y + h / 2 <= height + 1e-3
        assert 0 <= result.score <= 1


def test_unknown_devices_and_models():
    with pytest.raises(DeviceError, match="auto, cpu, cuda, cuda:N; got 'tpu'"):
        Tracker(device="tpu")
    with pytest.raises(DeviceError, match="does not exist: PyTorch sees"):
        Tracker(device="cuda:77")
    with pytest.raises(WeightsError, match="got 'resnet'"):
        Tracker(model="resnet")
    with pytest.raises(TypeError, match="num_scale"):
        Tracker(num_scale=1)
    with pytest.raises(ValueError, match="num_scales must be an odd number"):
        Tracker(num_scales=2)


def test_track_reads_a_video_file(patch_video, moving_patch):
    results = list(tracker.track(patch_video, box=moving_patch.boxes[0], device="cpu"))
    assert min(overlaps(results, moving_patch.boxes)) > 0.7
    assert [result.frame for result in results] == list(range(12))
    assert [result.time_s for result in results] == pytest.approx([i / 25 for i in range(12)])


def test_track_keeps_the_numbers_of_the_source(moving_patch):
    results = list(
        tracker.track(
            moving_patch.frames, box=moving_patch.boxes[2], start=2, end=9, stride=3, device="cpu"
        )
    )
    assert [result.frame for result in results] == [2, 5, 8]
    assert min(overlaps(results, [moving_patch.boxes[i] for i in (2, 5, 8)])) > 0.6


def test_track_delivers_everything_before_a_fault(moving_patch):
    def breaks_off():
        yield from moving_patch.frames[:4]
        yield None

    results = tracker.track(breaks_off(), box=moving_patch.boxes[0], device="cpu")
    assert [next(results).frame for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(FrameError, match="got NoneType"):
        next(results)


def test_leaving_track_early_stops_its_thread(patch_video, moving_patch):
    import threading

    before = threading.active_count()
    for _ in tracker.track(patch_video, box=moving_patch.boxes[0], device="cpu"):
        break
    assert threading.active_count() == before
