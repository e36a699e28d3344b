import copy

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tracker
from tracker.boxes import center_and_size, overlap
from tracker.config import TrackerConfig
from tracker.crops import exemplar_extent
from tracker.errors import BoxError, DeviceError, FrameError, WeightsError
from tracker.models import Model, TwinNetwork, load_model
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.searching import MAX_GROWTH
from tracker.tracking.tracker import Tracker


@pytest.fixture(scope="module")
def follower():
    return Tracker(device="cpu")


# What a response peak says; the settings stored with the model are much like these.
SCORES = {
    "score_share": 1.0,
    "score_slope": 10.14,
    "score_midpoint": 0.758,
    "tracking_score": 0.5,
    "lost_score": 0.1,
    "lost_doubt": 4.0,
}


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
    follower = Tracker(device="cpu", num_scales=1, box_lr=0.0)
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    results = [follower.update(frame) for frame in moving_patch.frames[1:]]
    assert min(overlaps(results, moving_patch.boxes[1:])) > 0.7
    assert {result.box[2:] for result in results} == {(44.0, 36.0)}  # the size cannot change


STATIC = {"num_scales": 3, "box_lr": 0.0, "filter_first_steps": 0}  # SiamFC as in the paper


@pytest.fixture(scope="module")
def static():
    return Tracker(device="cpu", **STATIC)


def test_the_exemplar_of_the_paper_follows_as_well(static, moving_patch):
    static.init(moving_patch.frames[0], moving_patch.boxes[0])
    results = [static.update(frame) for frame in moving_patch.frames[1:]]
    assert min(overlaps(results, moving_patch.boxes[1:])) > 0.7
    for _, _, w, h in (result.box for result in results):
        assert w / h == pytest.approx(44 / 36, rel=1e-3)  # the size changes, the shape does not


@pytest.mark.parametrize("settings", [{}, STATIC], ids=["default", "static"])
def test_it_follows_a_growing_object(moving_patch, settings):
    """The whole picture zoomed by 2 % a frame about the patch's centre."""
    import cv2

    frame, (x, y, w, h) = moving_patch.frames[3], moving_patch.boxes[3]
    center = (x + w / 2, y + h / 2)
    follower = Tracker(device="cpu", **settings)
    follower.init(frame, (x, y, w, h))
    for step in range(1, 16):
        zoom = 1.02**step
        matrix = cv2.getRotationMatrix2D((center[0] - 0.5, center[1] - 0.5), 0, zoom)
        result = follower.update(cv2.warpAffine(frame, matrix, (240, 180)))
    assert result.box[2] / w == pytest.approx(1.02**15, rel=0.12)
    truth = (center[0] - w * zoom / 2, center[1] - h * zoom / 2, w * zoom, h * zoom)
    assert overlap(result.box, truth) > 0.75


@pytest.mark.parametrize("axis", [0, 1], ids=["wider", "higher"])
def test_it_follows_an_object_that_changes_its_shape(follower, moving_patch, axis):
    """The whole picture stretched one way by 2 % a frame about the patch's centre."""
    import cv2

    frame, (x, y, w, h) = moving_patch.frames[3], moving_patch.boxes[3]
    center, size = np.array([x + w / 2, y + h / 2]), np.array([w, h])
    follower.init(frame, (x, y, w, h))
    for step in range(1, 16):
        stretch = np.ones(2)
        stretch[axis] = 1.02**step
        shift = (center - 0.5) * (1 - stretch)
        matrix = np.column_stack([np.diag(stretch), shift])
        result = follower.update(cv2.warpAffine(frame, matrix, (240, 180)))
    ratio = np.array(result.box[2:]) / size
    assert ratio[axis] / ratio[1 - axis] == pytest.approx(1.02**15, rel=0.15)
    assert overlap(result.box, [*(center - size * stretch / 2), *(size * stretch)]) > 0.75


def test_the_box_head_is_followed_by_degrees(moving_patch, monkeypatch):
    """An opinion of ten times the width and half the height: 1.65 and 0.606 at most, half of it."""
    asked = []

    def opinion(head, parts, levels, box):
        asked.append((levels, box))
        return np.array(box) * (1, 1, 10, 0.5)

    monkeypatch.setattr("tracker.tracking.searching.refine", opinion)
    follower = Tracker(device="cpu", box_lr=0.5, num_scales=1)
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    result = follower.update(moving_patch.frames[1])
    _, _, w, h = result.box
    followed = MAX_GROWTH**0.5
    assert (w, h) == pytest.approx((44 * followed, 36 / followed), abs=1e-3)
    # It was asked about the box of before, at the new place, in pixels of the crop.
    ((levels, (cx, cy, wide, high)),) = asked
    zoom = 127 / exemplar_extent(44, 36)
    assert {len(level) for level in levels} == {1}  # of one crop
    assert (wide, high) == pytest.approx((44 * zoom, 36 * zoom))
    moved = np.array(center_and_size(result.box)[0]) - center_and_size(moving_patch.boxes[0])[0]
    assert np.array([cx, cy]) - 127.5 == pytest.approx(moved * zoom, abs=1e-2)


@pytest.mark.parametrize(("midpoint", "held"), [(50.0, True), (-50.0, False)])
def test_the_size_is_held_where_the_score_is_low(moving_patch, monkeypatch, midpoint, held):
    """Scores of 0 and 1: below ``hold_score`` the box head is not believed."""
    monkeypatch.setattr(
        "tracker.tracking.searching.refine",
        lambda head, parts, levels, box: np.array(box) * (1, 1, 1.2, 0.9),
    )
    follower = Tracker(
        device="cpu", box_lr=1.0, num_scales=1, hold_score=0.5, score_midpoint=midpoint
    )
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    result = follower.update(moving_patch.frames[1])
    assert result.score == (0 if held else 1)
    size = (44, 36) if held else (44 * 1.2, 36 * 0.9)
    assert result.box[2:] == pytest.approx(size, abs=1e-3)


def test_without_its_settings_the_head_is_left_alone(moving_patch):
    model = load_model("lite")
    model.network.head = None
    follower = Tracker(model, "cpu", **STATIC)
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    assert overlap(follower.update(moving_patch.frames[1]).box, moving_patch.boxes[1]) > 0.7


def test_a_loaded_model_is_tracked_with_and_left_as_it_is(follower, moving_patch):
    model = load_model("lite")
    before = {name: value.clone() for name, value in model.network.state_dict().items()}
    runs = []
    for each in (follower, Tracker(model, "cpu")):
        each.init(moving_patch.frames[0], moving_patch.boxes[0])
        runs.append([each.update(frame) for frame in moving_patch.frames[1:4]])
        assert each.model == "lite"
    assert runs[0] == runs[1]
    after = model.network.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_untrained_features_are_followed_by_learning(moving_patch):
    """The network of the paper with random weights: the learned is learned all the same."""
    torch.manual_seed(0)
    model = Model("mine", TwinNetwork("siamfc"), TrackerConfig(filter_first_steps=15))
    follower = Tracker(model, "cpu")
    assert follower.model == "mine"
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    results = [follower.update(frame) for frame in moving_patch.frames[1:5]]
    assert min(overlaps(results, moving_patch.boxes[1:5])) > 0.5


@pytest.fixture
def learned(monkeypatch):
    """The frames and boxes that exemplars learn, which they do as ever."""
    seen, learn = [], Exemplar.learn
    monkeypatch.setattr(
        Exemplar,
        "learn",
        lambda self, frame, box, remember: (
            seen.append((frame, box)) or learn(self, frame, box, remember)
        ),
    )
    return seen


def test_it_learns_every_few_frames_what_it_has_found(learned, moving_patch):
    """Of frames 1 to 8, every second one, but not the fourth, where nothing is to be seen."""
    frames = list(moving_patch.frames[:9])
    frames[4] = moving_patch.frame()
    follower = Tracker(device="cpu", filter_interval=2, **SCORES)
    results = [follower.init(frames[0], moving_patch.boxes[0])]
    results += [follower.update(frame) for frame in frames[1:]]
    doubted = [number for number, result in enumerate(results) if result.score < 0.1]
    assert doubted == [4]
    assert [box for _, box in learned] == [results[number].box for number in (2, 6, 8)]
    for (frame, _), number in zip(learned, (2, 6, 8), strict=True):
        assert np.array_equal(frame, frames[number])


def test_starting_again_counts_from_there_and_forgets(learned, moving_patch):
    follower = Tracker(device="cpu", filter_interval=2)

    def run():
        follower.init(moving_patch.frames[0], moving_patch.boxes[0])
        return [follower.update(frame) for frame in moving_patch.frames[1:4]]

    first = run()
    assert run() == first
    assert [box for _, box in learned] == [first[1].box] * 2


def test_copies_follow_objects_of_their_own(moving_patch):
    """As the command does with several boxes: nothing that one learns reaches another."""
    frames, boxes = moving_patch.frames, (moving_patch.boxes[0], (120.0, 90.0, 40.0, 40.0))
    original = Tracker(device="cpu", filter_interval=1)
    alone = []
    for box in boxes:
        original.init(frames[0], box)
        alone.append([original.update(frame) for frame in frames[1:5]])
    copies = [copy.copy(original) for _ in boxes]
    for each, box in zip(copies, boxes, strict=True):
        each.init(frames[0], box)
    together = [[each.update(frame) for each in copies] for frame in frames[1:5]]
    assert [list(results) for results in zip(*together, strict=True)] == alone
    assert alone[0] != alone[1]


def test_the_score_falls_when_the_object_is_gone(moving_patch):
    follower = Tracker(device="cpu", **SCORES)
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    here = follower.update(moving_patch.frames[1])
    gone = follower.update(moving_patch.frame())
    assert here.score > 0.8
    assert gone.score < 0.1
    assert (here.state, gone.state) == ("tracking", "uncertain")


@pytest.mark.parametrize(("doubt", "count"), [(2.0, 1), (6.0, 3)])
def test_it_is_lost_after_some_frames_without_the_object(moving_patch, doubt, count):
    follower = Tracker(device="cpu", **SCORES | {"lost_doubt": doubt})
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    here = follower.update(moving_patch.frames[1])
    results = [follower.update(moving_patch.frame()) for _ in range(5)]
    assert [result.state for result in results] == (
        ["uncertain"] * (count - 1) + ["lost"] * (6 - count)
    )
    assert {result.box for result in results[count - 1 :]} == {here.box}


def test_resuming_goes_on_counting(follower, moving_patch):
    frames = moving_patch.frames
    follower.init(frames[0], moving_patch.boxes[0])
    known = [follower.update(frame) for frame in frames[1:4]]
    follower.init(frames[0], moving_patch.boxes[0])
    for frame, result in zip(frames[1:4], known, strict=True):
        follower.resume(frame, result)
    assert follower.update(frames[4]).frame == 4
    with pytest.raises(FrameError, match=r"expected init\(frame, box\) before resume"):
        Tracker(device="cpu").resume(frames[1], known[0])


def test_the_same_input_gives_the_same_output(follower, moving_patch):
    def run():
        follower.init(moving_patch.frames[0], moving_patch.boxes[0])
        return [follower.update(frame) for frame in moving_patch.frames[1:6]]

    assert run() == run()


@pytest.mark.parametrize(
    "settings", [{}, {"filter_interval": 2}, STATIC], ids=["default", "learning often", "static"]
)
def test_a_resumed_run_goes_on_exactly(moving_patch, settings):
    """Also what was learned on the way, and that nothing was where the object was hidden."""
    frames, box = list(moving_patch.frames), moving_patch.boxes[0]
    frames[4] = moving_patch.frame()
    follower, again = (Tracker(device="cpu", **settings) for _ in range(2))
    follower.init(frames[0], box)
    straight = [follower.update(frame) for frame in frames[1:]]
    assert straight[3].score < min(result.score for result in straight[4:])
    again.init(frames[0], box)
    for frame, known in zip(frames[1:6], straight[:5], strict=True):
        again.resume(frame, known)
    assert [again.update(frame) for frame in frames[6:]] == straight[5:]


def test_resuming_without_learning_would_differ(moving_patch):
    """What the test before this one rests on: learning changes the results."""
    runs = []
    for interval in (2, 1000):
        follower = Tracker(device="cpu", filter_interval=interval)
        follower.init(moving_patch.frames[0], moving_patch.boxes[0])
        runs.append([follower.update(frame) for frame in moving_patch.frames[1:]])
    assert runs[0][:2] == runs[1][:2]
    assert all(one != other for one, other in zip(*(run[2:] for run in runs), strict=True))


def test_a_corrected_box_is_started_on_and_frames_go_on_counting(follower, moving_patch):
    frames, boxes = moving_patch.frames, moving_patch.boxes
    follower.init(frames[4], boxes[4])
    afresh = [follower.update(frame) for frame in frames[5:8]]
    follower.init(frames[0], (150, 100, 44, 36))
    for frame in frames[1:4]:
        follower.update(frame)
    started = follower.reinit(frames[4], boxes[4])
    assert started == tracker.TrackResult(4, None, 1, boxes[4], 1.0, "tracking")
    after = [follower.update(frame) for frame in frames[5:8]]
    assert [result.frame for result in after] == [5, 6, 7]
    assert [(each.box, each.score) for each in after] == [(each.box, each.score) for each in afresh]
    assert follower.init(frames[0], boxes[0]).frame == 0


def test_a_correction_that_cannot_be_used_changes_nothing(follower, moving_patch):
    with pytest.raises(FrameError, match=r"expected init\(frame, box\) before reinit"):
        Tracker(device="cpu").reinit(moving_patch.frames[0], moving_patch.boxes[0])
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    expected = follower.update(moving_patch.frames[1])
    follower.init(moving_patch.frames[0], moving_patch.boxes[0])
    with pytest.raises(BoxError):
        follower.reinit(moving_patch.frames[1], (900, 0, 10, 10))
    with pytest.raises(FrameError):
        follower.reinit(None, moving_patch.boxes[1])
    assert follower.update(moving_patch.frames[1]) == expected


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


def test_the_shape_of_the_box_stays_where_it_does_not_fit_the_frame(static, moving_patch):
    static.init(moving_patch.frames[0], (-20, 30, 300, 60))
    _, _, w, h = static.update(moving_patch.frames[1]).box
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
        assert -1e-3 <= x + w / 2 <= width + 1e-3
        assert -1e-3 <= y + h / 2 <= height + 1e-3
        assert 0 <= result.score <= 1


def test_a_network_without_a_box_head_cannot_follow_one():
    model = Model("m", TwinNetwork("siamfc"), TrackerConfig())
    with pytest.raises(ValueError, match="box_lr must be 0 for siamfc, which has no box head"):
        Tracker(model, box_lr=0.4)


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
