"""A webcam, played by a stand-in for OpenCV's capture: colours, clock, size and faults."""

import cv2
import numpy as np
import pytest

from tracker.errors import SourceEndedEarly, SourceError
from tracker.video import open_source
from tracker.video.camera import CameraSource
from tracker.video.frame_source import Selection


class StandInCapture:
    """Gives ``frames`` BGR images whose blue says which it is; frame ``torn`` is incomplete."""

    frames, torn, size, rate = 4, None, (6, 4), 30.0

    def __init__(self, number):
        self.number, self.grabbed, self.released = number, 0, False

    def isOpened(self):
        return self.number == 0

    def get(self, what):
        known = {
            cv2.CAP_PROP_FRAME_WIDTH: self.size[0],
            cv2.CAP_PROP_FRAME_HEIGHT: self.size[1],
            cv2.CAP_PROP_FPS: self.rate,
        }
        return float(known[what])

    def grab(self):
        self.grabbed += 1
        return self.grabbed <= self.frames

    def retrieve(self):
        if self.grabbed - 1 == self.torn:
            return False, None
        image = np.zeros((*self.size[::-1], 3), np.uint8)
        image[..., 0] = self.grabbed
        return True, image

    def release(self):
        self.released = True


@pytest.fixture
def camera(monkeypatch):
    """The stand-in, in place of every camera."""
    clock = iter(range(100, 200))
    monkeypatch.setattr("tracker.video.camera.time.monotonic", lambda: float(next(clock)))
    kind = type("Camera", (StandInCapture,), {})
    monkeypatch.setattr(cv2, "VideoCapture", kind)
    return kind


def test_frames_are_rgb_and_their_times_from_the_clock(camera):
    with open_source(0) as source:
        assert (source.name, source.size, source.fps) == ("camera0", (6, 4), 30)
        assert source.frame_count is None
        frames = list(source)
        capture = source._capture
    assert [(frame.index, frame.time_s) for frame in frames] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert [frame.image[0, 0].tolist() for frame in frames] == [[0, 0, i] for i in (1, 2, 3, 4)]
    assert capture.released


def test_a_camera_that_does_not_say_what_it_gives(camera):
    camera.size, camera.rate = (0, 0), 0.0
    source = CameraSource(0, Selection(end=1))
    assert (source.size, source.fps) == (None, None)


def test_skipped_frames_are_only_grabbed(camera, monkeypatch):
    camera.torn = 1
    with open_source("0", stride=2) as source:
        assert [frame.index for frame in source] == [0, 2]


def test_a_torn_frame_ends_the_source(camera):
    camera.torn = 2
    got = []
    with pytest.raises(SourceEndedEarly, match=r"2 frames could be read: a frame could not be"):
        got.extend(open_source(0))
    assert len(got) == 2


@pytest.mark.parametrize(
    ("number", "message"),
    [(1, "cannot open camera 1: no camera answers"), (-1, "0 or more; got -1")],
)
def test_a_camera_that_is_not_there(camera, number, message):
    with pytest.raises(SourceError, match=message):
        CameraSource(number, Selection())
