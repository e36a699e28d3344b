"""Every frame of a video file with its time, or one sentence that says what is missing."""

import re

import av
import numpy as np
import pytest

from tests.media import CODECS, decode, flat, level, make_video, texture
from tests.video.reading import indices, read_until_error
from tracker.errors import SourceEndedEarly, SourceError
from tracker.video import open_source


@pytest.mark.parametrize("kind", CODECS)
def test_every_format_delivers_every_frame_in_order(tmp_path, kind):
    path = make_video(tmp_path / f"clip.{kind}", frames=12)
    with open_source(path) as source:
        assert (source.name, source.size, source.fps) == ("clip", (64, 48), 25)
        assert source.frame_count in (None, 12)
        frames = list(source)
    assert [frame.index for frame in frames] == list(range(12))
    assert [frame.time_s for frame in frames] == pytest.approx([i / 25 for i in range(12)])
    for frame in frames:
        assert frame.image.shape == (48, 64, 3)
        assert frame.image.dtype == np.uint8
        assert frame.image.flags.c_contiguous
        assert frame.image.flags.writeable
        assert abs(frame.image.mean() - level(frame.index)) < (40 if kind == "gif" else 6)


def test_uneven_time_stamps_are_kept(tmp_path):
    times = [0, 1 / 30, 2 / 30, 0.4, 0.5, 1.25]
    path = make_video(tmp_path / "uneven.mp4", 6, times=times)
    with open_source(path) as source:
        assert [frame.time_s for frame in source] == pytest.approx(times, abs=1e-4)
    assert indices(path, start=0.45) == [4, 5]
    assert indices(path, start=0.05, end=0.5) == [2, 3]


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (65, 49)])
def test_odd_sizes(tmp_path, size):
    path = make_video(tmp_path / "odd.mkv", 3, size, codec="ffv1", pixels="bgr0")
    with open_source(path) as source:
        assert source.size == size
        assert all(np.array_equal(image, flat(i, size)) for i, _, image in source)


def test_size_change_in_the_middle(tmp_path):
    small = make_video(tmp_path / "a.ts", 10, (64, 48))
    large = make_video(tmp_path / "b.ts", 10, (128, 96), first=10)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    with open_source(joined) as source:
        frames = list(source)
    assert [frame.image.shape for frame in frames] == [(48, 64, 3)] * 10 + [(96, 128, 3)] * 10
    assert all(abs(f.image.mean() - level(f.index)) < 6 for f in frames)


@pytest.mark.parametrize("bframes", ["0", "3"])
def test_truncated_video_delivers_every_whole_frame_then_says_so(tmp_path, bframes):
    whole = make_video(tmp_path / "whole.mp4", 60, (160, 120), picture=texture, bf=bframes)
    data = whole.read_bytes()
    with av.open(str(whole)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        ends = [p.pos + p.size for p in packets]
    reference = [image for _, image in decode(whole)]
    for part in (0.0, 0.1, 0.3, 0.5, 0.62, 0.8, 0.99):
        cut = tmp_path / "cut.mp4"
        length = ends[0] + int((ends[-1] - ends[0]) * part)
        cut.write_bytes(data[:length])
        intact = sum(end <= length for end in ends)
        assert 0 < intact < 60
        frames, error = read_until_error(cut)
        assert len(frames) == intact
        assert isinstance(error, SourceEndedEarly)
        assert error.exit_code == 3
        assert f"{intact} of 60 frames" in str(error)
        for frame in frames[: intact - 4]:  # the last may lack the frames they refer to
            assert np.array_equal(frame.image, reference[frame.index])
    frames, error = read_until_error(cut, start=10, stride=2)
    assert len(frames) == len(range(10, intact, 2))
    assert f"{len(frames)} of 25 frames" in str(error)
    assert indices(cut, end=20) == list(range(20))


def test_truncated_before_the_first_frame(tmp_path):
    data = make_video(tmp_path / "whole.mp4", 10, picture=texture).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: data.index(b"mdat") + 20])
    frames, error = read_until_error(tmp_path / "cut.mp4")
    assert frames == []
    assert error.exit_code == 2


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("avi", "of 40 frames could be read"),
        ("mkv", r"announces 2 s but ends after [\d.]+ s"),
        ("webm", r"announces 2 s but ends after [\d.]+ s"),
        ("flv", r"announces 2[.\d]* s but ends after [\d.]+ s"),
        ("gif", "no end mark"),
        ("ts", None),  # it says nothing beforehand: any part of it is whole
    ],
)
def test_other_formats_cut_short_deliver_what_is_there_and_say_so(tmp_path, kind, reason):
    codec = "libx264" if kind == "flv" else None
    whole = make_video(
        tmp_path / f"whole.{kind}", 40, (160, 120), rate=20, picture=texture, codec=codec
    )
    assert indices(whole) == list(range(40))
    with av.open(str(whole)) as container:
        begins = [packet.pos for packet in container.demux(video=0) if packet.size]
    length = int(whole.stat().st_size * 0.87)
    there = sum(begin < length for begin in begins)
    assert 4 < there < 40
    cut = tmp_path / f"cut.{kind}"
    cut.write_bytes(whole.read_bytes()[:length])
    if reason is None:
        got = indices(cut)
    else:
        got, error = read_until_error(cut)
        assert isinstance(error, SourceEndedEarly)
        assert re.search(reason, str(error))
    assert there - 2 <= len(got) <= there  # half a picture at the cut is left out


def test_sound_that_goes_on_is_no_false_alarm(tmp_path):
    """The file's duration is that of its longest stream, which need not be the video."""
    path = tmp_path / "clip.flv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=44_100)
        for i in range(5):
            container.mux(video.encode(av.VideoFrame.from_ndarray(flat(i, (64, 48)))))
        container.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 4 * 44_100), np.float32), format="fltp", layout="mono"
        )
        frame.rate = 44_100
        container.mux(sound.encode(frame) + sound.encode(None))
    assert indices(path) == list(range(5))


def test_edit_list_is_no_false_alarm(tmp_path):
    whole = make_video(tmp_path / "whole.mp4", 40, g="10", picture=texture)
    edited = tmp_path / "edited.mp4"
    with (
        av.open(str(whole)) as source,
        av.open(str(edited), "w", options={"avoid_negative_ts": "disabled"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:  # the first 15 frames, more than one group, lie before time 0
                packet.pts -= 15 * packet.duration
                packet.dts -= 15 * packet.duration
                packet.stream = stream
                target.mux(packet)
    assert indices(edited) == list(range(25))


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_metadata_that_is_no_text_does_no_harm(tmp_path, kind):
    path = make_video(tmp_path / f"clip.{kind}", 5)
    data = path.read_bytes()
    assert b"TITLE" in data
    path.write_bytes(data.replace(b"TITLE", b"\xff\xe9\xfe\xff\xff"))
    assert indices(path) == list(range(5))


def test_damaged_bytes_end_in_a_sentence(tmp_path):
    data = make_video(tmp_path / "whole.mp4", 40, (160, 120), picture=texture).read_bytes()
    rng = np.random.default_rng(0)
    outcomes = set()
    for _ in range(30):
        damaged = bytearray(data)
        for position in rng.integers(0, len(data), 40):
            damaged[position] = rng.integers(256)
        (tmp_path / "damaged.mp4").write_bytes(damaged)
        try:
            with open_source(tmp_path / "damaged.mp4") as source:
                outcomes.add(len(list(source)) > 0)
        except SourceError as error:
            outcomes.add(type(error))
    assert outcomes <= {True, SourceError, SourceEndedEarly}


def test_close_twice_and_iterate_after_close(clip):
    source = open_source(clip)
    next(source)
    source.close()
    source.close()
    assert list(source) == []
