"""Clips as visitors send them: frames by number, limits, and what stays in their folder."""

import numpy as np
import pytest
from PIL import Image

from tracker.errors import SourceError
from tracker_demo.clip import Clip, take_in
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused

LIMITS = Limits()


@pytest.fixture
def clip(patch_video):
    return Clip(patch_video, "../../my clip.mp4", LIMITS)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "visitor"
    folder.mkdir()
    return folder


def test_a_video_and_its_frames(clip, moving_patch):
    assert (clip.name, clip.size, clip.frames) == ("my clip.mp4", (240, 180), 12)
    assert not clip.is_picture
    for index in (7, 0, 11):
        frame = clip.frame(index)
        assert frame.index == index
        difference = np.abs(frame.image.astype(int) - moving_patch.frames[index])
        assert difference.mean() < 5  # compressed


def test_the_frames_from_one_on(clip):
    with clip.source(9) as source:
        assert [frame.index for frame in source] == [9, 10, 11]


@pytest.mark.parametrize("index", [-1, 12, 1.0, True, None, "3", [1]])
def test_what_is_no_number_of_a_frame(clip, index):
    with pytest.raises(Refused, match="number of a frame, from 0 to 11"):
        clip.frame(index)


def test_an_error_while_reading_is_told_without_the_path(clip, patch_video):
    told = clip.sentence(SourceError(f"cannot decode {patch_video}: Invalid data"))
    assert told == "Cannot decode the file: Invalid data."


def test_a_picture_is_shown_upright(tmp_path):
    image = Image.new("RGB", (40, 30), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    image.save(tmp_path / "turned.jpg", exif=exif)
    clip = Clip(tmp_path / "turned.jpg", "turned.jpg", LIMITS)
    assert (clip.size, clip.frames, clip.is_picture) == ((30, 40), 1, True)
    assert clip.frame(0).image.shape == (40, 30, 3)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(frames=5), "more than the 5 frames"),
        (Limits(pixels=240 * 180 - 1), "240x180"),
    ],
)
def test_a_video_above_the_limits_is_refused(patch_video, limits, sentence):
    with pytest.raises(Refused, match=sentence):
        Clip(patch_video, "clip.mp4", limits)


def test_a_picture_above_the_limits_is_refused(tmp_path):
    Image.new("L", (50, 40)).save(tmp_path / "wide.png")
    with pytest.raises(Refused, match="50x40"):
        Clip(tmp_path / "wide.png", "wide.png", Limits(pixels=1999))


def test_an_upload_is_linked(folder, patch_video):
    assert take_in(patch_video, folder, "clip.mp4", LIMITS).frames == 12
    (own,) = folder.iterdir()
    assert own.samefile(patch_video)


def test_an_upload_on_another_file_system_is_copied(folder, patch_video, monkeypatch):
    def cross_device(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", cross_device)
    assert take_in(patch_video, folder, "clip.mp4", LIMITS).frames == 12
    (own,) = folder.iterdir()
    assert not own.samefile(patch_video)
    assert own.read_bytes() == patch_video.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.mp4", b"", "The file is empty"),
        ("text.mp4", b"this is no video", "Cannot read the file as a video"),
        ("text.png", b"this is no picture", "The file is not a picture that can be read"),
    ],
)
def test_what_cannot_be_read_leaves_nothing(folder, tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=sentence):
        take_in(tmp_path / name, folder, name, LIMITS)
    assert not list(folder.iterdir())
    assert (tmp_path / name).read_bytes() == content


def test_an_upload_that_is_gone(folder, tmp_path):
    with pytest.raises(Refused, match="The upload is not there any more"):
        take_in(tmp_path / "none.mp4", folder, "none.mp4", LIMITS)
    assert not list(folder.iterdir())
