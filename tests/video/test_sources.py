"""Every kind of source is recognised, or refused in one sentence."""

import shutil

import cv2
import numpy as np
import pytest

from tests.media import level, make_audio, make_video
from tests.video.reading import indices
from tracker.errors import SourceEndedEarly, SourceError
from tracker.video import open_source, parse_position


def test_colours_are_rgb(tmp_path):
    def red(index, size):
        return np.full((size[1], size[0], 3), (220, 30, 40), np.uint8)

    cv2.imwrite(str(tmp_path / "red.png"), red(0, (8, 8))[:, :, ::-1])
    for path in (make_video(tmp_path / "red.mp4", picture=red), tmp_path / "red.png"):
        with open_source(path) as source:
            assert next(source).image.mean((0, 1)) == pytest.approx((220, 30, 40), abs=4)


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


def test_folder_and_glob_are_in_natural_order(folder):
    for source in (folder, str(folder), str(folder / "*.png"), str(folder / "*")):
        with open_source(source) as frames:
            assert (frames.name, frames.size, frames.frame_count) == ("images", (8, 6), 12)
            got = list(frames)
        assert [frame.image[0, 0, 0] for frame in got] == [level(i) for i in range(12)]
        assert [frame.time_s for frame in got] == [i / 25 for i in range(12)]
    assert indices(folder, start=2, end=0.4, stride=3) == [2, 5, 8]
    assert indices(folder / "img3.png") == [0]


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
