"""Limits are read from text, and refuse what is above them in a sentence."""

import pytest

from tracker.video import VideoHeader
from tracker_demo.limits import Limits, LimitsError
from tracker_demo.messages import Refused


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("", Limits()),
        ("seconds=9", Limits(seconds=9)),
        ("frames=7, objects=2", Limits(frames=7, objects=2)),
    ],
)
def test_limits_are_read(text, limits):
    assert Limits.parse(text) == limits


@pytest.mark.parametrize("text", ["fast=1", "seconds", "seconds=-1", "seconds=0", "seconds=1.5"])
def test_wrong_limits_are_refused(text):
    with pytest.raises(LimitsError, match="expected --limits as NAME=N"):
        Limits.parse(text)


def test_limits_refuse_by_the_header():
    limits = Limits(seconds=10, frames=300, pixels=640 * 480)
    limits.check_video(VideoHeader((640, 480), 300, 10.0))
    limits.check_video(VideoHeader((480, 640), 300, None))
    for header, told in (
        (VideoHeader((641, 480), 1, 1.0), "641x480"),
        (VideoHeader((64, 48), 301, 9.0), "300 frames"),
        (VideoHeader((64, 48), 10, 3600.0), "3600 seconds long; up to 10"),
    ):
        with pytest.raises(Refused, match=told):
            limits.check_video(header)


@pytest.mark.parametrize(
    ("size", "sentence"),
    [(0, "The file is empty"), (2_000_001, "The file has 2 MB; up to 2 MB are accepted here")],
)
def test_limits_refuse_by_the_size_of_the_file(size, sentence):
    limits = Limits(megabytes=2)
    limits.check_bytes(1)
    limits.check_bytes(2_000_000)
    with pytest.raises(Refused, match=sentence):
        limits.check_bytes(size)
