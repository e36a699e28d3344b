"""Every format: nothing is overwritten unasked, and no heavy package is loaded."""

import subprocess
import sys

import pytest

from tests.formats.results import write_results
from tracker.errors import OutputError
from tracker.formats import open_writer

KINDS = ("csv", "json", "otb", "mot")


@pytest.mark.parametrize("kind", KINDS)
def test_existing_files_are_kept_unless_asked(tmp_path, kind):
    path = tmp_path / "r"
    path.write_text("precious")
    with pytest.raises(OutputError, match="it exists") as caught:
        open_writer(kind, path)
    assert caught.value.exit_code == 4
    assert path.read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir()] == ["r"]
    assert "precious" not in write_results(kind, path, overwrite=True)


@pytest.mark.parametrize("kind", KINDS)
def test_two_writers_of_one_file(tmp_path, kind):
    with open_writer(kind, tmp_path / "r"), pytest.raises(OutputError, match="it exists"):
        open_writer(kind, tmp_path / "r")


@pytest.mark.parametrize("kind", KINDS)
def test_missing_folder(tmp_path, kind):
    with pytest.raises(OutputError, match=r"could not write .*No such file or directory"):
        open_writer(kind, tmp_path / "none" / "r")


def test_unknown_kind(tmp_path):
    with pytest.raises(ValueError, match="csv, json, otb or mot"):
        open_writer("xml", tmp_path / "r.xml")


def test_results_need_no_decoder_and_no_torch():
    code = (
        "import sys, tracker.formats.writers, tracker.result;"
        "print([m for m in ('av', 'cv2', 'torch') if m in sys.modules])"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"
