"""Open data sets of every kind by name; errors for unknown kinds, folders and sequences."""

import inspect
import re
import subprocess
import sys

import pytest

from tests.datasets.trees import moving_boxes, write_pictures, write_rows
from tracker import datasets
from tracker.datasets import KINDS, open_dataset
from tracker.errors import DatasetError


def test_every_kind_opens_or_says_why_not(tmp_path):
    assert list(KINDS) == [
        "otb",
        "otb2013",
        "otb100",
        "tb50",
        "vot",
        "got10k",
        "uav",
        "lasot",
        "folder",
    ]
    for kind in KINDS:
        with pytest.raises(DatasetError, match=re.escape(str(tmp_path))):
            open_dataset(kind, tmp_path)
        with pytest.raises(DatasetError, match=r"no folder .*absent"):
            open_dataset(kind, tmp_path / "absent")


def test_sequences_are_chosen_by_name(tmp_path):
    for name in ("a", "b"):
        write_rows(tmp_path / name / "groundtruth.txt", moving_boxes(2))
        write_pictures(tmp_path / name, range(2))
    assert [s.name for s in open_dataset("folder", str(tmp_path))] == ["a", "b"]
    assert [s.name for s in open_dataset("vot", tmp_path, ["b"])] == ["b"]


def test_an_unknown_kind(tmp_path):
    with pytest.raises(DatasetError, match=r"kind otb, otb2013, .* got 'davis'"):
        open_dataset("davis", tmp_path)


def test_public_names_are_documented():
    for name in datasets.__all__:
        value = getattr(datasets, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), name
    with pytest.raises(AttributeError, match="no attribute 'load_davis'"):
        datasets.load_davis  # noqa: B018


def test_importing_loads_no_reader():
    code = "import sys, tracker.datasets; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
