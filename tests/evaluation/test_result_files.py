"""The files of finished runs, and finding those made elsewhere."""

import numpy as np
import pytest

from tests.evaluation.hand_made import sequence
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError, OutputError
from tracker.evaluation import result_files
from tracker.evaluation.result_files import ResultFolder, find_results

BOXES = [(0.0, 1.0, 30.0, 20.0), (10.123456, -5.0, 30.5, 20.25), (float("nan"),) * 4]


@pytest.fixture
def results(tmp_path):
    return ResultFolder(tmp_path / "out" / "mine")


def test_boxes_are_otb_text_counted_from_one(results):
    results.write("Deer", BOXES, 0.25)
    lines = (results.folder / "Deer.txt").read_text().splitlines()
    assert lines == [
        "1.0000,2.0000,30.0000,20.0000",
        "11.1235,-4.0000,30.5000,20.2500",
        "nan,nan,nan,nan",
    ]
    assert (results.folder / "times" / "Deer.txt").read_text() == "0.250000,3\n"


def test_what_was_written_is_read(results):
    results.write("Deer", BOXES, 0.25)
    np.testing.assert_allclose(results.read("Deer"), BOXES, atol=5e-5)
    assert results.read_time("Deer") == (0.25, 3)
    assert results.has("Deer")
    assert not results.has("Dog")


def test_times_may_be_unknown(results):
    results.write("Deer", BOXES, 0.25)
    (results.folder / "times" / "Deer.txt").unlink()
    assert results.read_time("Deer") is None


@pytest.mark.parametrize("content", ["", "0.25\n", "fast,3\n"])
def test_times_that_are_no_times(results, content):
    results.write("Deer", BOXES, 0.25)
    (results.folder / "times" / "Deer.txt").write_text(content)
    with pytest.raises(DatasetError, match=r"Deer.txt"):
        results.read_time("Deer")


def test_a_box_file_stands_for_a_finished_run(results, monkeypatch):
    """The times are in place before the boxes, and nothing else is left."""
    real, written = result_files.write_atomically, []

    def fail_at_the_second(path, content):
        if written:
            raise OutputError("disk full")
        written.append(real(path, content))

    monkeypatch.setattr(result_files, "write_atomically", fail_at_the_second)
    with pytest.raises(OutputError, match="disk full"):
        results.write("Deer", BOXES, 0.25)
    assert not results.has("Deer")
    monkeypatch.undo()
    results.write("Deer", BOXES, 0.25)
    files = sorted(path.name for path in results.folder.rglob("*") if path.is_file())
    assert files == ["Deer.txt", "Deer.txt"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "mine").write_text("a file")
    with pytest.raises(OutputError, match="could not write"):
        ResultFolder(tmp_path / "mine").write("Deer", BOXES, 0.25)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Jogging-1", "Jogging_1.txt"),
        ("Jogging-2", "jogging.2.txt"),
        ("Human4-2", "Human4.txt"),
        ("FaceOcc1", "faceocc1.txt"),
        ("Mine", "mine.txt"),
        ("Mine", "My-Own.txt"),
    ],
)
def test_results_are_found_in_any_spelling(tmp_path, name, file):
    for other in (file, "Jogging.txt", "Deer.txt", "notes.txt", "Mine.csv"):
        (tmp_path / other).write_text("1,1,1,1")
    clip = Sequence(name, (), np.ones((1, 4)), aliases=("my-own",) if name == "Mine" else ())
    assert find_results(tmp_path, clip) == tmp_path / file


def test_no_result_file_or_more_than_one(tmp_path):
    with pytest.raises(DatasetError, match=r"one result file for Jogging-1 in .*; got none"):
        find_results(tmp_path, sequence("Jogging-1"))
    for file in ("Jogging_1.txt", "Jogging.1.txt"):
        (tmp_path / file).write_text("1,1,1,1")
    with pytest.raises(DatasetError, match=r"got Jogging\.1.txt, Jogging_1.txt"):
        find_results(tmp_path, sequence("Jogging-1"))
