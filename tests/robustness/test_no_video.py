"""What is no video, or cannot be read: one sentence with the reason, and nothing is written."""

import os
import socket
from pathlib import Path

import av
import pytest

from tests.media import make_audio, make_video
from tests.robustness.commands import BOX


def without_frames(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()


def with_unknown_codec(path: Path) -> None:
    make_video(path)
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzC"))


def picture_bomb(path: Path) -> None:
    """A file of a few hundred bytes that announces a picture of half a gigabyte."""
    data = make_video(path, 1, codec="png", pixels="rgb24").read_bytes()
    for bytes_each in (2, 4):  # in the header of the file, and in that of the picture
        size = (64).to_bytes(bytes_each, "big") + (48).to_bytes(bytes_each, "big")
        assert size in data
        data = data.replace(size, (13_000).to_bytes(bytes_each, "big") * 2)
    path.write_bytes(data)


def unreadable(path: Path) -> None:
    make_video(path)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("nothing is unreadable for this user")


def local_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


CASES = {
    "missing": (lambda path: None, "no such file"),
    "empty": (lambda path: path.touch(), "the file is empty"),
    "text": (lambda path: path.write_text("no video\n" * 900), "Invalid data"),
    "sound only": (make_audio, "no video stream, only audio"),
    "cover picture only": (lambda path: make_audio(path, cover=True), "only audio"),
    "no frames": (without_frames, "cannot read clip.mp4"),
    "unknown codec": (with_unknown_codec, "there is no decoder for its video"),
    "picture bomb": (picture_bomb, "its pictures are damaged or too large"),
    "folder": (lambda path: path.mkdir(), "no images in the folder"),
    "broken link": (lambda path: path.symlink_to("nowhere.mp4"), "no such file"),
    "link to itself": (lambda path: path.symlink_to(path.name), "no such file"),
    "no permission": (unreadable, "Permission denied"),
    "socket": (local_socket, "cannot read clip.mp4"),
}


@pytest.mark.parametrize("case", CASES)
def test_no_video(trials, runner, small_model, tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    make, reason = CASES[case]
    make(tmp_path / "clip.mp4")
    refused(trials, runner, small_model, tmp_path, "clip.mp4", reason)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x" * 5000, "no such file"),
        ("x/" * 3000, "no such file"),
        ("/dev/null", "cannot read /dev/null"),
        ("file:///dev/null", "no such file"),
        ("\udcff.mp4", "no such file"),
    ],
)
def test_no_name_of_a_video(trials, runner, small_model, tmp_path, name, reason):
    refused(trials, runner, small_model, tmp_path, name, reason)


def refused(trials, runner, small_model, folder, name, reason):
    before = sorted(folder.iterdir())
    with trials.one(name[:40]):
        done = runner.run(
            "track",
            name,
            "--box",
            BOX,
            "--model",
            small_model,
            "--save-csv",
            "out.csv",
            folder=folder,
        )
        done.check_contract(2)
        assert reason in done.err
        assert sorted(folder.iterdir()) == before
