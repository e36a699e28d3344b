"""The sample clip: exact truth, a story that holds what it promises, and files written safely."""

import hashlib
import sys
from types import SimpleNamespace

import av
import numpy as np
import pytest

from tracker.boxes import overlap
from tracker.errors import OutputError
from tracker.synthetic import sample
from tracker.synthetic.sample import SampleClip, write_sample
from tracker.synthetic.scenery.motion import at

SMALL = (320, 180)


@pytest.fixture(scope="module")
def clip():
    return SampleClip()


@pytest.fixture(scope="module")
def small():
    return SampleClip(SMALL)


@pytest.fixture(scope="module")
def other_seed():
    return SampleClip(SMALL, seed=1)


@pytest.fixture(scope="module")
def short():
    return SampleClip(SMALL, frames=3)


@pytest.fixture(scope="module")
def visible(small):
    return np.array([small.visibility(index) for index in range(len(small))])


class StandInSink:
    """Keeps what is written: a few bytes on disk and the times of the frames."""

    def __init__(self, path, size, fps=None, *, overwrite=False):
        self.path, self.size, self.fps, self.times = path, size, fps, []
        StandInSink.last = self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.path.write_bytes(b"video")

    def write(self, image, time_s):
        assert image.shape == (self.size[1], self.size[0], 3)
        self.times.append(time_s)


@pytest.fixture
def stand_in(monkeypatch):
    monkeypatch.setitem(sys.modules, "tracker.video.sinks", SimpleNamespace(VideoSink=StandInSink))


def tight_box(alpha):
    """The box of a layer's pixels; a row that is partly covered counts by its share."""
    across, down = alpha.max(axis=0), alpha.max(axis=1)
    columns, rows = np.nonzero(across > 0.5)[0], np.nonzero(down > 0.5)[0]
    left, top = columns[0], rows[0]
    return np.array([left, top, columns[-1] + 1 - left, rows[-1] + 1 - top], float)


def reddish(frame):
    """Where a frame ``(H, W, 3)`` is about as red as the target's paint."""
    red, others = frame[..., 0].astype(float), frame[..., 1:].astype(float)
    return red > 1.8 * others.max(axis=-1)


def test_frames_are_rgb_images_of_the_asked_size(small, short):
    assert len(small) == 150
    frames = list(short)
    assert len(frames) == len(short) == 3
    frame, truth = frames[0]
    assert frame.dtype == np.uint8
    assert frame.shape == (180, 320, 3)
    assert truth == small.truth(0)


def test_the_same_seed_gives_the_same_pixels(small, other_seed):
    def digests(clip):
        return [hashlib.sha256(clip.frame(i).tobytes()).hexdigest() for i in (0, 58, 149)]

    first = digests(small)
    assert first == digests(SampleClip(SMALL))
    assert first != digests(other_seed)
    assert len(set(first)) == 3


@pytest.mark.parametrize("index", range(0, 150, 7))
def test_truth_is_the_tight_box_of_the_target_alone(clip, index):
    x, y, w, h = clip.truth(index)
    left, top, width, height = tight_box(clip.target_layer(index))
    edges = np.array([x, y, x + w, y + h])
    np.testing.assert_allclose(edges, [left, top, left + width, top + height], atol=1.0)


def test_the_drawn_frame_shows_the_target_where_the_truth_says(clip):
    for index in (5, 90, 140):
        x, y, w, h = clip.truth(index)
        red = reddish(clip.frame(index))
        inside = np.zeros(red.shape, bool)
        inside[round(y) : round(y + h), round(x) : round(x + w)] = True
        assert red[inside].mean() > 0.25
        assert red[inside].mean() > 5 * red[~inside].mean()


def test_the_target_stays_in_the_frame_for_every_hand_shake(small, other_seed):
    for clip in (small, other_seed):
        for index in range(150):
            x, y, w, h = clip.truth(index)
            assert min(x, y) >= 0
            assert x + w <= 320
            assert y + h <= 180


def test_the_target_comes_nearer_and_moves_unevenly(small):
    boxes = np.array([small.truth(index) for index in range(150)])
    assert boxes[-1, 2] / boxes[0, 2] == pytest.approx(1.60 / 0.75, rel=0.02)
    speed = np.hypot(*np.diff(boxes[:, :2] + boxes[:, 2:] / 2, axis=0).T)
    assert speed.max() < 0.25 * boxes[:, 2].min()
    assert np.quantile(speed, 0.9) > 1.5 * np.quantile(speed, 0.1)


def test_the_target_is_hidden_by_more_than_half_once_and_never_wholly(visible):
    hidden = np.nonzero(visible < 0.5)[0]
    assert 3 <= len(hidden) <= 10
    assert np.ptp(hidden) == len(hidden) - 1, "one stretch of frames"
    assert 0.15 < visible.min() < 0.5
    assert (visible < 0.95).sum() > 20
    assert visible[0] > 0.999
    assert visible[-1] > 0.999


def test_hidden_pixels_are_painted_over(small):
    seen, hidden = (reddish(small.frame(i))[small.target_layer(i) > 0.9].mean() for i in (0, 60))
    assert hidden < 0.6 * seen


def test_other_cars_come_close_before_and_behind(small):
    """At some time a nearer car and a farther car overlap the target's box."""
    met = {True: 0, False: 0}
    for index in range(0, 150, 3):
        seconds = index / small.fps
        for car in sample._TRAFFIC:
            box = small._car_box(car, seconds)
            scale, own = (at(c.motion.scale, seconds) for c in (car, sample._TARGET))
            nearer = scale > own
            met[nearer] += bool(overlap(box, small.truth(index)) > 0.1)
    assert met[True] >= 3
    assert met[False] >= 3


def test_the_background_moves(small):
    first, later = (small.frame(i)[40:90].astype(float).mean(axis=-1) for i in (0, 12))
    assert np.abs(later - first).mean() > 5


def test_larger_frames_show_the_same_story(clip):
    large = SampleClip((960, 540))
    for index in (0, 60, 149):
        np.testing.assert_allclose(large.truth(index), 1.5 * np.array(clip.truth(index)), atol=1.0)
    np.testing.assert_allclose(tight_box(large.target_layer(80)), large.truth(80), atol=2.0)
    assert large.frame(80).shape == (540, 960, 3)


@pytest.mark.parametrize("wrong", [{"size": (640, 480)}, {"frames": 0}, {"frames": 151}])
def test_other_shapes_and_lengths_are_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        SampleClip(**wrong)


def test_write_sample_writes_the_video_and_one_based_truth(stand_in, tmp_path, short):
    paths = write_sample(tmp_path / "new" / "folder", clip=short)
    assert paths.video.name == "clip.mp4"
    assert StandInSink.last.times == [0, 0.04, 0.08]
    assert StandInSink.last.fps == 25
    assert paths.groundtruth.name == "groundtruth_rect.txt"
    written = np.loadtxt(paths.groundtruth, delimiter=",")
    expected = np.array([short.truth(i) for i in range(3)])
    expected[:, :2] += 1
    np.testing.assert_allclose(written, expected, atol=5.1e-5)


@pytest.mark.parametrize("name", ["clip.mp4", "groundtruth_rect.txt"])
def test_write_sample_keeps_files_that_are_there(stand_in, tmp_path, name, short):
    kept = tmp_path / name
    kept.write_text("mine")
    with pytest.raises(OutputError, match=name):
        write_sample(tmp_path, clip=short)
    assert kept.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [kept]
    write_sample(tmp_path, overwrite=True, clip=short)
    assert kept.read_text() != "mine"


def test_write_sample_says_when_the_folder_cannot_be_made(stand_in, tmp_path, short):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        write_sample(tmp_path / "file" / "folder", clip=short)


def test_the_written_video_can_be_read_back(tmp_path, short):
    (tmp_path / "clip.mp4").write_text("an older file")
    paths = write_sample(tmp_path, overwrite=True, clip=short)
    with av.open(str(paths.video)) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == 3
    assert np.abs(frames[2].astype(float) - short.frame(2)).mean() < 12
