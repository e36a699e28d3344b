"""Names of trackers, what they are in reports, and what ``update`` may return."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from tracker import Tracker
from tracker.errors import EntrantError, WeightsError
from tracker.evaluation.entrants import box_of, check_labels, label, make_entrant
from tracker.evaluation.opencv import OpenCvTracker


@pytest.mark.parametrize("name", ["default", "lite"])
def test_our_models(name):
    entrant = make_entrant(name, "cpu")
    assert isinstance(entrant, Tracker)
    assert (entrant.model, entrant.device.type) == ("lite", "cpu")


def test_opencv():
    assert isinstance(make_entrant("opencv-mil"), OpenCvTracker)


def test_a_module_in_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "found_here.py").write_text("class Mine:\n    pass\n")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert type(make_entrant("found_here:Mine")).__name__ == "Mine"
    assert sys.path == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such.module:Class", "ModuleNotFoundError: No module named 'no_such'"),
        ("json:Nothing", "AttributeError: .*Nothing"),
        ("broken_module:Class", "ZeroDivisionError: division by zero"),
        ("broken_class:Class", "ValueError: not today"),
        ("opencv-magic", "expected opencv-mil or opencv-kcf or .*; got opencv-magic"),
    ],
)
def test_a_tracker_that_cannot_be_made(name, message, tmp_path, monkeypatch):
    (tmp_path / "broken_module.py").write_text("1 / 0")
    (tmp_path / "broken_class.py").write_text(
        "class Class:\n    def __init__(self):\n        raise ValueError('not today')\n"
    )
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    with pytest.raises(EntrantError, match=message):
        make_entrant(name)
    assert sys.path == before


@pytest.mark.parametrize("name", ["magic", "", "no/such.safetensors"])
def test_any_other_name_is_a_model(name):
    with pytest.raises(WeightsError, match="weights file"):
        make_entrant(name)


@pytest.mark.parametrize(
    "result",
    [
        (1, 2, 3, 4),
        [1.0, 2.0, 3.0, 4.0],
        np.array([1, 2, 3, 4]),
        SimpleNamespace(box=(1, 2, 3, 4)),
    ],
)
def test_a_box_in_several_forms(result):
    box = box_of(result)
    assert box == (1.0, 2.0, 3.0, 4.0)
    assert {type(side) for side in box} == {float}


def test_no_box_is_four_nan():
    assert np.isnan(box_of([np.nan] * 4)).all()


@pytest.mark.parametrize(
    "result",
    [
        None,
        5,
        "box",
        (1, 2, 3),
        (1, 2, 3, 4, 5),
        [(1, 2, 3, 4)],
        (True, (1, 2, 3, 4)),
        SimpleNamespace(box=None),
        (1, 2, 3, np.inf),
        (1, 2, np.nan, 4),
        (1, 2, 3, 1j),
    ],
)
def test_what_is_no_box(result):
    with pytest.raises(EntrantError, match="expected"):
        box_of(result)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("default", "lite"),
        ("siamfc", "siamfc"),
        ("trained/my.v2.safetensors", "my.v2"),
        ("opencv-csrt", "opencv-csrt"),
        ("opencv-nano:a/backbone.onnx,a/head.onnx", "opencv-nano"),
        ("package.module:Class", "Class"),
        ("results:some/where/SiamFC-3s/", "SiamFC-3s"),
        ("results:v1.2", "v1.2"),
    ],
)
def test_labels(name, expected):
    assert label(name) == expected


def test_the_label_of_the_working_folder_is_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert label("results:.") == tmp_path.name


def test_two_trackers_do_not_share_a_label():
    check_labels(["lite", "opencv-mil", "a:Class"])
    with pytest.raises(EntrantError, match="'Class' is there twice: a:Class"):
        check_labels(["lite", "a:Class", "b:Class"])
    with pytest.raises(EntrantError, match="'lite' is there twice: default"):
        check_labels(["default", "lite"])
