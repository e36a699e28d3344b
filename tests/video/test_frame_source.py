"""Start, end and stride pick exactly the frames asked for, whatever the kind of source."""

import numpy as np
import pytest

from tests.media import level, make_video
from tests.video.reading import indices, read_until_error
from tracker.errors import SourceEndedEarly, SourceError
from tracker.video import open_source
from tracker.video.frame_source import RawFrame, Selection, Source


@pytest.mark.parametrize(
    ("range_", "expected"),
    [
        ({}, range(20)),
        ({"start": 5}, range(5, 20)),
        ({"end": 5}, range(5)),
        ({"start": 3, "end": 17, "stride": 5}, [3, 8, 13]),
        ({"stride": 7}, [0, 7, 14]),
        ({"start": 0.5}, range(5, 20)),
        ({"start": 0.45, "end": 1.0}, range(5, 10)),
        ({"start": 4, "end": 0.8}, range(4, 8)),
        ({"end": 99}, range(20)),
        ({"start": 19}, [19]),
        ({"start": np.int64(18)}, [18, 19]),
    ],
)
@pytest.mark.parametrize("kind", ["mp4", "ts", "h264"])
def test_start_end_and_stride_are_exact(clip, tmp_path, kind, range_, expected):
    path = clip if kind == "mp4" else make_video(tmp_path / f"clip.{kind}", 20, rate=10)
    if kind == "h264":  # raw streams have no rate of their own: FFmpeg assumes 25
        range_ = {k: v * 10 / 25 if isinstance(v, float) else v for k, v in range_.items()}
    assert indices(path, **range_) == list(expected)
    with open_source(path, **range_) as source:
        assert all(abs(f.image.mean() - level(f.index)) < 6 for f in source)


def test_a_time_copied_from_a_result_file_finds_its_frame(tmp_path):
    path = make_video(tmp_path / "clip.mp4", 6, rate=30)
    assert indices(path, start=float(f"{2 / 30:.6f}")) == [2, 3, 4, 5]
    assert indices(path, end=float(f"{2 / 30:.6f}")) == [0, 1]


@pytest.mark.parametrize(
    "range_",
    [
        {"start": 5, "end": 5},
        {"start": 5, "end": 2},
        {"end": 0},
        {"end": 0.0},
        {"start": -1},
        {"start": -0.5},
        {"end": -3},
        {"stride": 0},
        {"stride": -2},
        {"start": 2.0, "end": 1.5},
        {"start": float("nan")},
        {"end": float("inf")},
        {"start": 20},
        {"start": 2.0},
        {"start": 15, "end": 1.0},
    ],
)
def test_empty_ranges_are_refused(clip, range_):
    frames, error = read_until_error(clip, **range_)
    assert frames == []
    assert not isinstance(error, SourceEndedEarly)
    assert error.exit_code == 2


class Listed(Source):
    """Frames 0.5 s apart that note when they are converted; then perhaps an error."""

    def __init__(self, frames, selection=None, error=None, **known):
        self.loaded, self.released = [], 0
        self._length, self._error = frames, error
        super().__init__("listed", selection or Selection(), **known)

    def _raw_frames(self):
        for index in range(self._length):
            yield RawFrame(index / 2, lambda index=index: self._load(index))
        if self._error:
            raise self._error

    def _load(self, index):
        self.loaded.append(index)
        return np.full((2, 3, 3), index, np.uint8)

    def _release(self):
        self.released += 1


def test_skipped_frames_are_not_converted():
    with Listed(10, Selection(3, 9, 2)) as source:
        frames = list(source)
    assert [(frame.index, frame.time_s) for frame in frames] == [(3, 1.5), (5, 2.5), (7, 3.5)]
    assert [frame.image[0, 0, 0] for frame in frames] == source.loaded == [3, 5, 7]
    assert source.released == 1


def test_a_source_that_breaks_off():
    got = []
    with pytest.raises(
        SourceEndedEarly, match="listed ended early: 3 of 9 frames could be read: x"
    ):
        got.extend(Listed(3, error=SourceError("x"), total=9))
    assert [frame.index for frame in got] == [0, 1, 2]
    with pytest.raises(SourceError, match=r"^x$") as caught:
        list(Listed(0, error=SourceError("x")))
    assert not isinstance(caught.value, SourceEndedEarly)


@pytest.mark.parametrize(
    ("selection", "total", "fps", "count"),
    [
        (Selection(), 10, None, 10),
        (Selection(), None, 25.0, None),
        (Selection(), 0, 25.0, None),
        (Selection(2, 9, 3), 10, None, 3),  # 2, 5, 8
        (Selection(2, 99), 10, None, 8),
        (Selection(12), 10, None, 0),
        (Selection(1.0, 2.0), 100, 25.0, 25),  # 25 to 49
        (Selection(1.0, 2.0), 100, None, None),
        (Selection(round(2 / 30, 6)), 100, 30.0, 98),  # a time from a file, rounded up
    ],
)
def test_how_many_frames_are_expected(selection, total, fps, count):
    assert selection.count(total, fps) == count


@pytest.mark.parametrize("fps", [0, -1.0, float("nan"), float("inf"), None])
def test_a_frame_rate_that_is_none(fps):
    assert Listed(1, fps=fps).fps is None


def test_selections_in_words():
    assert str(Selection()) == "from frame 0"
    assert str(Selection(np.int64(3), 9)) == "from frame 3 to frame 9"
    assert str(Selection(1.5, 20.0)) == "from 1.5 s to 20 s"
