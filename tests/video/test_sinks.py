"""VideoSink: every frame with its own time, readable whatever happens, faults as one sentence."""

import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media import decode, flat, level, make_video, texture
from tracker.errors import OutputError, SourceEndedEarly
from tracker.video import VideoSink, open_source


def write(path: Path, times, size=(64, 48), picture=flat, **options) -> Path:
    with VideoSink(path, size, **options) as sink:
        for i, time_s in enumerate(times):
            sink.write(picture(i, size), time_s)
        assert sink.frames_written == len(times)
    return path


def even(count, fps=25):
    return [i / fps for i in range(count)]


@pytest.mark.parametrize("count", [1, 2, 29, 30, 31, 100])
def test_every_frame_is_in_the_file(tmp_path, count):
    path = write(tmp_path / "v.mp4", even(count))
    frames = decode(path)
    assert [t for t, _ in frames] == pytest.approx(even(count), abs=1e-4)
    assert all(abs(image.mean() - level(i)) < 6 for i, (_, image) in enumerate(frames))
    with open_source(path) as source:
        assert source.frame_count == count
        assert len(list(source)) == count


def test_it_is_h264_that_browsers_play(tmp_path):
    path = write(tmp_path / "v.mp4", even(40, 30), fps=30)
    with av.open(str(path)) as container:
        assert "mp4" in container.format.name
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.format.name) == ("h264", "yuv420p")
        assert stream.average_rate == 30
        assert float(stream.duration * stream.time_base) == pytest.approx(40 / 30, abs=1e-3)


def test_uneven_times_are_kept_and_begin_at_zero(tmp_path):
    times = [100, 100.033, 100.066, 100.5, 100.75, 102]
    got = [t for t, _ in decode(write(tmp_path / "v.mp4", times))]
    assert got == pytest.approx([t - 100 for t in times], abs=2e-5)


def test_times_that_repeat_or_jump_back_still_increase(tmp_path):
    got = [t for t, _ in decode(write(tmp_path / "v.mp4", [0, 0.1, 0.1, 0.2, 0.0, 0.1, 0.2]))]
    assert got == pytest.approx([0, 0.1, 0.1, 0.2, 0.3, 0.4, 0.5], abs=2e-5)
    assert all(b > a for a, b in pairwise(got))


def test_copying_a_video_keeps_frames_and_times(tmp_path):
    times = [0, 1 / 30, 2 / 30, 0.4, 0.5, 1.25]
    original = make_video(tmp_path / "in.mkv", 6, times=times, picture=texture)
    with open_source(original) as source, VideoSink(tmp_path / "out.mp4", source.size) as sink:
        for frame in source:
            sink.write(frame.image, frame.time_s)
    before, after = decode(original), decode(tmp_path / "out.mp4")
    assert [t for t, _ in after] == pytest.approx([t for t, _ in before], abs=1e-3)
    for (_, a), (_, b) in zip(before, after, strict=True):
        assert np.abs(a.astype(int) - b).mean() < 12


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (65, 49), (66, 50), (2, 2), (321, 241)])
def test_odd_sizes_are_padded_by_their_edge(tmp_path, size):
    width, height = size
    frames = decode(write(tmp_path / "v.mp4", even(3), size))
    assert len(frames) == 3
    for i, (_, image) in enumerate(frames):
        assert image.shape == (height + height % 2, width + width % 2, 3)
        assert np.abs(image.astype(int) - level(i)).max() < 8  # black padding would be 20 off


def test_frames_of_another_size_are_resized_to_the_first(tmp_path):
    with VideoSink(tmp_path / "v.mp4", (64, 48)) as sink:
        for i, size in enumerate([(64, 48), (128, 96), (30, 20), (1, 1), (64, 48)]):
            sink.write(flat(i, size), i / 25)
    frames = decode(tmp_path / "v.mp4")
    assert [image.shape for _, image in frames] == [(48, 64, 3)] * 5
    assert all(abs(image.mean() - level(i)) < 6 for i, (_, image) in enumerate(frames))


def test_colours_survive(tmp_path):
    def halves(index, size):
        image = np.full((size[1], size[0], 3), (200, 60, 30), np.uint8)
        image[:, size[0] // 2 :] = (30, 90, 210)
        return image

    image = decode(write(tmp_path / "v.mp4", even(2), picture=halves))[1][1].astype(int)
    assert image[10, 10] == pytest.approx((200, 60, 30), abs=6)
    assert image[10, 50] == pytest.approx((30, 90, 210), abs=6)


def test_the_image_may_be_changed_after_write(tmp_path):
    image = np.empty((48, 64, 3), np.uint8)
    with VideoSink(tmp_path / "v.mp4", (64, 48)) as sink:
        for i in range(20):
            image[:] = level(i)
            sink.write(image, i / 25)
            image[:] = 255
    for i, (_, written) in enumerate(decode(tmp_path / "v.mp4")):
        assert abs(written.mean() - level(i)) < 6


@pytest.mark.parametrize("name", ["with space.mp4", "龟 %02d #?.mp4", "-o.mp4", "http:x.mp4", "v"])
def test_odd_names(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write(Path(name), even(3))
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert len(decode(tmp_path / name)) == 3


def test_existing_files_are_kept_unless_asked(tmp_path):
    path = tmp_path / "v.mp4"
    path.write_text("precious")
    with pytest.raises(OutputError, match="it exists") as caught:
        VideoSink(path, (64, 48))
    assert caught.value.exit_code == 4
    assert path.read_text() == "precious"
    assert len(decode(write(path, even(3), overwrite=True))) == 3


def test_missing_folder(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory"):
        VideoSink(tmp_path / "none" / "v.mp4", (64, 48))


def test_no_frame_leaves_no_file(tmp_path):
    VideoSink(tmp_path / "v.mp4", (64, 48)).close()
    assert list(tmp_path.iterdir()) == []


def test_close_ends_the_thread_and_may_be_repeated(tmp_path):
    sink = VideoSink(tmp_path / "v.mp4", (64, 48))
    sink.write(flat(0, (64, 48)), 0.0)
    sink.close()
    sink.close()
    assert [t for t in threading.enumerate() if t.name == "VideoSink"] == []
    with pytest.raises(OutputError, match="closed"):
        sink.write(flat(0, (64, 48)), 0.1)


def test_an_error_in_the_loop_keeps_the_frames(tmp_path):
    def interrupted():
        with VideoSink(tmp_path / "v.mp4", (64, 48)) as sink:
            for i in range(10):
                sink.write(flat(i, (64, 48)), i / 25)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(decode(tmp_path / "v.mp4")) == 10


CHILD = """
import os, resource, signal, sys
import numpy as np
from tracker.video import VideoSink
from tracker.errors import OutputError
path, fault = sys.argv[1:]
if fault.isdigit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(fault), int(fault)))
rng = np.random.default_rng(0)
big = np.kron(rng.integers(0, 255, (40, 60, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
try:
    with VideoSink(path, (320, 240)) as sink:
        for i in range(300):
            sink.write(big[i % 70 : i % 70 + 240, i % 150 : i % 150 + 320], i / 25)
            if fault == "kill" and i == 200:
                os.kill(os.getpid(), signal.SIGKILL)
except OutputError as error:
    print(sink.frames_written, error)
    sys.exit(4)
"""


def run_child(path, fault):
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(path), fault],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_killed_process_leaves_a_readable_video(tmp_path):
    path = tmp_path / "v.mp4"
    assert run_child(path, "kill").returncode == -9
    frames = decode(path)
    assert 201 - 60 <= len(frames) <= 201  # two groups of pictures at most are missing
    assert [t for t, _ in frames] == pytest.approx(even(len(frames)), abs=1e-4)
    with open_source(path) as source:
        assert source.frame_count is None
        assert len(list(source)) == len(frames)


@pytest.mark.parametrize("limit", [10, 20_000, 100_000])
def test_full_disk_is_an_output_error_and_the_rest_stays_readable(tmp_path, limit):
    path = tmp_path / "v.mp4"
    child = run_child(path, str(limit))
    assert (child.returncode, child.stderr) == (4, "")
    written, message = child.stdout.strip().split(" ", 1)
    assert message == f"could not write {path}: File too large"
    assert path.stat().st_size <= limit
    if limit == 100_000:
        assert int(written) < 300  # it was noticed before the end
        read = []
        with suppress(SourceEndedEarly), open_source(path) as source:
            read.extend(source)
        assert 0 < len(read) <= int(written)


def test_a_full_disk_found_only_when_closing(tmp_path):
    whole = write(tmp_path / "whole.mp4", even(5)).stat().st_size
    code = (
        "import resource, sys; import numpy as np; from tracker.video import VideoSink;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({whole - 20}, {whole - 20}));"
        "sink = VideoSink(sys.argv[1], (64, 48));"
        "[sink.write(np.full((48, 64, 3), 20 + i * 7, np.uint8), i / 25) for i in range(5)];"
        "sink.close()"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "v.mp4")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "OutputError: could not write" in child.stderr
    assert len(decode(tmp_path / "v.mp4")) >= 1


def test_encoding_runs_beside_the_caller(tmp_path, monkeypatch):
    second_written = threading.Event()
    encode = VideoSink._mux

    def waiting(self, frame):
        assert second_written.wait(10)
        encode(self, frame)

    monkeypatch.setattr(VideoSink, "_mux", waiting)
    with VideoSink(tmp_path / "v.mp4", (64, 48)) as sink:
        sink.write(flat(0, (64, 48)), 0.0)
        sink.write(flat(1, (64, 48)), 0.04)  # while the first waits to be encoded
        second_written.set()
    assert len(decode(tmp_path / "v.mp4")) == 2


def test_many_frames_do_not_pile_up_before_a_slow_encoder(tmp_path, monkeypatch):
    gate = threading.Event()
    encode = VideoSink._mux

    def waiting(self, frame):
        gate.wait(10)
        encode(self, frame)

    monkeypatch.setattr(VideoSink, "_mux", waiting)
    with VideoSink(tmp_path / "v.mp4", (64, 48)) as sink:

        def produce():
            for i in range(50):
                sink.write(flat(i, (64, 48)), i / 25)

        producer = threading.Thread(target=produce)
        producer.start()
        time.sleep(0.2)
        assert sink.frames_written < 10
        gate.set()
        producer.join(10)
    assert len(decode(tmp_path / "v.mp4")) == 50
