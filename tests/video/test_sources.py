"""Every kind of source delivers exactly its frames, or says in one sentence what is wrong."""

import re
import shutil
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.media import CODECS, decode, flat, level, make_audio, make_video, texture
from tracker.errors import FrameError, SourceEndedEarly, SourceError
from tracker.video import open_source, parse_position


def indices(source, **range_):
    with open_source(source, **range_) as frames:
        expected = frames.frame_count
        got = [frame.index for frame in frames]
    assert expected in (None, len(got))
    return got


def read_until_error(source, **range_):
    """The frames delivered, and the error that ended them."""
    got = []
    with pytest.raises(SourceError) as caught, open_source(source, **range_) as frames:
        got.extend(frames)
    assert "\n" not in str(caught.value)
    return got, caught.value


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return make_video(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=20, rate=10)


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


def test_colours_are_rgb(tmp_path):
    def red(index, size):
        return np.full((size[1], size[0], 3), (220, 30, 40), np.uint8)

    cv2.imwrite(str(tmp_path / "red.png"), red(0, (8, 8))[:, :, ::-1])
    for path in (make_video(tmp_path / "red.mp4", picture=red), tmp_path / "red.png"):
        with open_source(path) as source:
            assert next(source).image.mean((0, 1)) == pytest.approx((220, 30, 40), abs=4)


@pytest.mark.parametrize("rotation", [90, 180, 270, -90])
def test_rotation_is_applied(tmp_path, rotation):
    path = make_video(tmp_path / "turned.mp4", 3, rotation=rotation, picture=texture)
    stored = decode(path)[0][1]
    with open_source(path) as source:
        image = next(source).image
        assert source.size == (image.shape[1], image.shape[0])
    assert np.array_equal(image, np.rot90(stored, rotation // 90))
    assert image.flags.c_contiguous


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


@pytest.mark.parametrize("pixels", ["gray", "yuv420p10le", "yuva420p", "gray16le", "rgb48le"])
def test_pixel_formats_become_rgb(tmp_path, pixels):
    path = make_video(tmp_path / "clip.mkv", 3, codec="ffv1", pixels=pixels)
    with open_source(path) as source:
        for frame in source:
            assert frame.image.shape == (48, 64, 3)
            assert abs(frame.image.mean() - level(frame.index)) < 4


def test_pictures_beyond_all_measure_are_refused(tmp_path):
    most = {"max_pixels": 64 * 48}
    small, large = make_video(tmp_path / "a.ts", 5), make_video(tmp_path / "b.ts", 5, (64, 50))
    assert len(list(open_source(small, **most))) == 5
    with pytest.raises(SourceError, match=r"at most 0\.00307 million pixels; got 64x50"):
        open_source(large, **most)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    frames, error = read_until_error(joined, **most)
    assert {frame.image.shape for frame in frames} == {(48, 64, 3)}
    assert isinstance(error, SourceEndedEarly)


def test_size_change_in_the_middle(tmp_path):
    small = make_video(tmp_path / "a.ts", 10, (64, 48))
    large = make_video(tmp_path / "b.ts", 10, (128, 96), first=10)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    with open_source(joined) as source:
        frames = list(source)
    assert [frame.image.shape for frame in frames] == [(48, 64, 3)] * 10 + [(96, 128, 3)] * 10
    assert all(abs(f.image.mean() - level(f.index)) < 6 for f in frames)


@pytest.mark.parametrize(
    "name",
    [
        "with space.mp4",
        "żółw 龟.mp4",
        "-i.mp4",
        "clip%02d.mp4",
        "a#b?c.mp4",
        "http:x.mp4",
        "[a]*.mp4",
        "0",
        "clip",
    ],
)
def test_odd_names_are_files_where_they_exist(clip, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    shutil.copy(clip, tmp_path / name)
    assert indices(name) == list(range(20))


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


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("300", 300),
        ("0", 0),
        ("12.5s", 12.5),
        ("3s", 3.0),
        (".5s", 0.5),
        (" 7 ", 7),
    ],
)
def test_parse_position(text, position):
    parsed = parse_position(text)
    assert parsed == position
    assert type(parsed) is type(position)


@pytest.mark.parametrize("text", ["", "s", "12.5", "-3", "1:30", "3 s", "1e3", "nan", "infs", "٣"])
def test_parse_position_refuses(text):
    with pytest.raises(SourceError, match=r"300 or a time like 12\.5s"):
        parse_position(text)


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


def test_recording_that_begins_inside_a_group_of_pictures(tmp_path):
    data = make_video(tmp_path / "whole.ts", 40, g="10", picture=texture, bf="0").read_bytes()
    (tmp_path / "late.ts").write_bytes(data[188 * (len(data) // 188 // 3) :])
    got = indices(tmp_path / "late.ts")
    assert 10 <= len(got) < 40


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("missing.mp4", lambda p: None, "no such file"),
        ("text.mp4", lambda p: p.write_text("not a video\n" * 500), "Invalid data"),
        ("empty.mp4", lambda p: p.write_bytes(b""), "empty"),
        ("sound.mp4", make_audio, "only audio"),
        ("cover.mp4", lambda p: make_audio(p, cover=True), "only audio"),
        ("folder", lambda p: p.mkdir(), "no images in the folder"),
        ("empty.png", lambda p: p.write_bytes(b""), "not an image"),
        ("text.jpg", lambda p: p.write_text("hello"), "not an image"),
        ("*.jpg", lambda p: None, "no images match"),
        ("http://127.0.0.1:9/a.mp4", lambda p: None, "127.0.0.1:9/a.mp4: Connection refused"),
        ("rtsp://me:secret@127.0.0.1:9/a?token=secret", lambda p: None, "Connection refused"),
        ("873", lambda p: None, "cannot open camera 873"),
        ("", lambda p: None, "no such file"),
        ("nul\0.mp4", lambda p: None, "no such file"),
        ("file:///etc/hostname", lambda p: None, "no such file"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(tmp_path, monkeypatch, capfd, name, make, reason):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / name)
    with pytest.raises(SourceError, match=reason) as caught:
        open_source(name)
    assert not isinstance(caught.value, SourceEndedEarly)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("source", [-1, 1.5, None, True, np.zeros((5, 4, 3), np.uint8)])
def test_what_is_no_source(source):
    with pytest.raises(SourceError):
        open_source(source)


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXTINF:1,\nfile://{clip}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile other.ts\n",
        "ffconcat version 1.0\nfile {clip}\n",
    ],
)
@pytest.mark.parametrize("suffix", ["mp4", "m3u8", "ffconcat", "ts"])
def test_playlists_cannot_name_other_files(tmp_path, text, suffix):
    other = make_video(tmp_path / "other.ts", 5)
    playlist = tmp_path / f"list.{suffix}"
    playlist.write_text(text.format(clip=other))
    with pytest.raises(SourceError):
        open_source(playlist)


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for i in range(12):
        cv2.imwrite(str(folder / f"img{i}.png"), flat(i, (8, 6)))
    (folder / "notes.txt").write_text("no image")
    (folder / "._img0.png").write_bytes(b"what another system left")
    return folder


def test_folder_and_glob_are_in_natural_order(folder):
    for source in (folder, str(folder), str(folder / "*.png"), str(folder / "*")):
        with open_source(source) as frames:
            assert (frames.name, frames.size, frames.frame_count) == ("images", (8, 6), 12)
            got = list(frames)
        assert [frame.image[0, 0, 0] for frame in got] == [level(i) for i in range(12)]
        assert [frame.time_s for frame in got] == [i / 25 for i in range(12)]
    assert indices(folder, start=2, end=0.4, stride=3) == [2, 5, 8]
    assert indices(folder / "img3.png") == [0]


def test_unreadable_image_in_the_middle(folder):
    (folder / "img7.png").write_text("no image")
    frames, error = read_until_error(folder)
    assert len(frames) == 7
    assert isinstance(error, SourceEndedEarly)
    assert "7 of 12 frames" in str(error)
    assert "img7.png" in str(error)
    assert indices(folder, end=7) == list(range(7))
    assert indices(folder, stride=2) == [0, 2, 4, 6, 8, 10]  # img7 is not needed


def test_image_kinds(tmp_path):
    image = texture(0, (31, 17))
    for suffix in ("jpg", "jpeg", "PNG", "bmp", "tif", "tiff", "webp", "ppm"):
        assert cv2.imwrite(str(tmp_path / f"image.{suffix}"), image[:, :, ::-1])
        with open_source(tmp_path / f"image.{suffix}") as source:
            (frame,) = source
        assert np.abs(frame.image.astype(int) - image).mean() < 12
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((4, 5), 40_000, np.uint16))
    with open_source(tmp_path / "deep.png") as source:
        assert next(source).image.shape == (4, 5, 3)


def test_arrays():
    stack = np.stack([flat(i, (8, 6)) for i in range(5)])
    for images in (stack, list(stack), tuple(stack), (image for image in stack)):
        with open_source(images, start=1, stride=2) as source:
            assert [(f.index, f.time_s) for f in source] == [(1, 0.04), (3, 0.12)]
    with open_source(stack) as source:
        assert (source.size, source.frame_count) == ((8, 6), 5)
        assert all(np.array_equal(image, stack[i]) for i, _, image in source)
    with open_source([stack[0][:, :, 0]]) as source:
        assert next(source).image.shape == (6, 8, 3)
    assert read_until_error([])[0] == []
    with open_source([stack[0], "no image"]) as source, pytest.raises(FrameError):
        list(source)


def test_an_error_of_the_callers_generator_is_not_hidden():
    def images():
        yield flat(0, (8, 6))
        raise KeyError("mine")

    with open_source(images()) as source:
        next(source)
        with pytest.raises(KeyError, match="mine"):
            next(source)


def test_stream_over_http_ends_as_it_ends(clip):
    import functools
    import http.server
    import threading

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=clip.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with open_source(f"http://127.0.0.1:{server.server_port}/clip.mp4?x=1") as source:
            assert (source.name, source.size, source.fps) == ("clip", (64, 48), 10)
            frames = list(source)
        server.shutdown()
    assert [frame.time_s for frame in frames] == pytest.approx(
        [i / 10 for i in range(20)], abs=1e-3
    )
    assert all(abs(f.image.mean() - level(f.index)) < 6 for f in frames)


def test_close_twice_and_iterate_after_close(clip):
    source = open_source(clip)
    next(source)
    source.close()
    source.close()
    assert list(source) == []
