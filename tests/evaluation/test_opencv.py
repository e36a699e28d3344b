"""OpenCV's trackers: real frames for the one that every build has, stand-ins for the others."""

import cv2
import numpy as np
import pytest

from tracker.boxes import overlap
from tracker.errors import EntrantError
from tracker.evaluation.opencv import OpenCvTracker


class StandIn:
    """What OpenCV is given, and a result by hand."""

    answer = (True, (1, 2, 3, 4))

    @classmethod
    def create(cls):
        return cls()

    def init(self, frame, box):
        self.first = frame, box
        StandIn.last_made = self

    def update(self, frame):
        self.frame = frame
        return self.answer


@pytest.fixture
def stand_in(monkeypatch):
    monkeypatch.setattr(cv2, "TrackerCSRT", StandIn, raising=False)
    return StandIn


def follow(tracker, clip):
    tracker.init(clip.frames[0], clip.boxes[0])
    return [tracker.update(frame) for frame in clip.frames[1:]]


def test_mil_follows_the_patch_the_same_way_each_time(moving_patch):
    tracker = OpenCvTracker("mil")
    boxes = follow(tracker, moving_patch)
    assert overlap(np.array(boxes[3:]), moving_patch.boxes[4:]).min() > 0.5
    assert follow(tracker, moving_patch) == boxes
    assert follow(OpenCvTracker("mil"), moving_patch) == boxes


def test_opencv_gets_bgr_and_whole_pixels(stand_in):
    red = np.zeros((40, 50, 3), np.uint8)
    red[..., 0] = 200
    tracker = OpenCvTracker("csrt")
    tracker.init(red, (1.6, 2.4, 0.2, 7.5))
    frame, box = stand_in.last_made.first
    assert frame[0, 0].tolist() == [0, 0, 200]
    assert box == (2, 2, 1, 8)
    assert {type(side) for side in box} == {int}
    tracker.update(red)
    assert stand_in.last_made.frame[0, 0].tolist() == [0, 0, 200]


def test_where_opencv_reports_failure_the_last_box_stays(stand_in, monkeypatch):
    frame = np.zeros((40, 50, 3), np.uint8)
    tracker = OpenCvTracker("csrt")
    tracker.init(frame, (5.5, 6, 7, 8))
    assert tracker.found
    monkeypatch.setattr(stand_in, "answer", (False, (0, 0, 0, 0)))
    assert tracker.update(frame) == (5.5, 6, 7, 8)
    assert not tracker.found
    monkeypatch.setattr(stand_in, "answer", (True, (1, 2, 3, 4)))
    assert tracker.update(frame) == (1, 2, 3, 4)
    assert tracker.found
    monkeypatch.setattr(stand_in, "answer", (False, (0, 0, 0, 0)))
    assert tracker.update(frame) == (1, 2, 3, 4)


def test_a_build_without_it_names_the_package(monkeypatch):
    monkeypatch.delattr(cv2, "TrackerCSRT", raising=False)
    with pytest.raises(EntrantError, match="opencv-contrib-python has TrackerCSRT"):
        OpenCvTracker("csrt")


@pytest.mark.parametrize(
    ("kind", "files", "message"),
    [
        ("magic", (), "expected opencv-mil or .* or opencv-dasiamrpn; got opencv-magic"),
        ("mil", ("a.onnx",), "expected opencv-mil; got 1 files"),
        ("nano", ("a.onnx",), "expected opencv-nano:BACKBONE,NECKHEAD; got 1 files"),
        ("vit", (), "expected opencv-vit:NET; got 0 files"),
        ("vit", ("no_such.onnx",), "TrackerVit cannot be made: .*no_such.onnx"),
    ],
)
def test_a_wrong_name_or_wrong_files(kind, files, message):
    if kind in ("nano", "vit") and not hasattr(cv2, f"Tracker{kind.capitalize()}"):
        pytest.skip(f"this OpenCV has no opencv-{kind}")
    with pytest.raises(EntrantError, match=message):
        OpenCvTracker(kind, files)


def test_model_files_are_passed_in_order(monkeypatch):
    class Params:
        pass

    class Nano(StandIn):
        @classmethod
        def create(cls, params):
            cls.params = params
            return cls()

    monkeypatch.setattr(cv2, "TrackerNano", Nano, raising=False)
    monkeypatch.setattr(cv2, "TrackerNano_Params", Params, raising=False)
    OpenCvTracker("nano", ["a.onnx", "b.onnx"])
    assert vars(Nano.params) == {"backbone": "a.onnx", "neckhead": "b.onnx"}
