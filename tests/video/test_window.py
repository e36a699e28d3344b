"""The live view, its keys and drawn boxes, with a stand-in for OpenCV's windows."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from tracker.errors import DisplayError
from tracker.video.window import (
    QUIT_KEYS,
    REDRAW_KEY,
    Window,
    has_display,
    require_display,
    select_boxes,
)

NOTHING, SPACE = -1, ord(" ")


@pytest.fixture
def shown(monkeypatch):
    """The images shown, in OpenCV's BGR."""
    images = []
    monkeypatch.setattr(cv2, "imshow", lambda title, image: images.append(image))
    return images


def press(monkeypatch, *keys):
    """Let ``waitKey`` return these keys one after the other; return those not asked for."""
    left = list(keys)
    monkeypatch.setattr(cv2, "waitKey", lambda milliseconds: left.pop(0))
    return left


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        ([NOTHING], None),
        ([ord("q")], QUIT_KEYS[0]),
        ([27], QUIT_KEYS[1]),
        ([ord("r")], REDRAW_KEY),
        ([0x100000 + ord("q")], QUIT_KEYS[0]),  # with a modifier's bit above the lowest byte
        ([SPACE, NOTHING, NOTHING, SPACE], None),  # paused, then not any more
        ([SPACE, NOTHING, ord("q")], QUIT_KEYS[0]),
        ([SPACE, ord("r")], REDRAW_KEY),
    ],
)
def test_keys(monkeypatch, shown, keys, result):
    left = press(monkeypatch, *keys)
    assert Window().show(np.zeros((2, 2, 3), np.uint8)) == result
    assert left == []
    assert len(shown) == 1


def test_colours_are_shown_as_they_are(monkeypatch, shown):
    press(monkeypatch, NOTHING)
    Window().show(np.full((2, 2, 3), (200, 60, 30), np.uint8))
    assert shown[0][0, 0].tolist() == [30, 60, 200]


def test_boxes_are_drawn_on_the_frame(monkeypatch):
    drawn = np.array([[1, 2, 30, 40], [5, 6, 7, 8]])
    monkeypatch.setattr(cv2, "selectROIs", lambda title, image, showCrosshair: drawn)
    monkeypatch.setattr(cv2, "destroyWindow", lambda title: None)
    boxes = select_boxes(np.zeros((48, 64, 3), np.uint8))
    assert boxes == [(1.0, 2.0, 30.0, 40.0), (5.0, 6.0, 7.0, 8.0)]
    assert all(type(side) is float for box in boxes for side in box)
    drawn = ()
    with pytest.raises(DisplayError, match="at least one box to be drawn; got none"):
        select_boxes(np.zeros((48, 64, 3), np.uint8))


@pytest.mark.parametrize(
    ("system", "environment", "there"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
    ],
)
def test_where_there_is_a_display(monkeypatch, system, environment, there):
    monkeypatch.setattr(sys, "platform", system)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert has_display() is there


def test_no_window_can_be_opened(monkeypatch):
    monkeypatch.setattr("tracker.video.window.has_display", lambda: False)
    with pytest.raises(DisplayError, match="there is no display; give the box with --box"):
        require_display()
    monkeypatch.setattr("tracker.video.window.has_display", lambda: True)
    for code, fails in ((0, False), (1, True)):
        done = subprocess.CompletedProcess([], code)
        monkeypatch.setattr(subprocess, "run", lambda *args, done=done, **options: done)
        if fails:
            with pytest.raises(DisplayError, match="OpenCV cannot open one"):
                require_display()
        else:
            require_display()
