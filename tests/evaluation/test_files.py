"""Files are written whole or not at all."""

import os

import pytest

from tracker.errors import OutputError
from tracker.evaluation.files import write_atomically


def test_text_and_bytes(tmp_path):
    path = tmp_path / "new" / "folder" / "file"
    assert write_atomically(path, "é") == path
    assert path.read_bytes() == "é".encode()
    write_atomically(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert os.listdir(path.parent) == ["file"]


def test_the_old_file_is_whole_until_the_new_one_is(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")
    seen = []
    replace = os.replace

    def watched(source, target):
        seen.append((path.read_text(), source.read_text(), source.parent))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    write_atomically(path, "new")
    assert seen == [("old", "new", tmp_path)]
    assert path.read_text() == "new"


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match=r"could not write .*file: No space left on device"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="could not write"):
        write_atomically(tmp_path / "taken" / "file", "text")
