"""Result files: exact formats, no row lost, nothing overwritten unasked, readers that agree."""

import json
import subprocess
import sys

import numpy as np
import pytest

from tracker.errors import OutputError, SourceError
from tracker.formats import open_writer, read_csv
from tracker.formats.csv import CsvWriter
from tracker.formats.text import read_boxes
from tracker.result import TrackResult

KINDS = ("csv", "json", "otb", "mot")

RESULTS = [
    TrackResult(0, 0.0, 1, (10.0, 20.0, 30.0, 40.0), 1.0, "tracking"),
    TrackResult(1, 1 / 30, 1, (10.123456, -2.5, 30.25, 40.0), 0.51239, "uncertain"),
    TrackResult(5, None, 1, (0.0, 0.0, 1.0, 1e4), 0.0, "lost"),
]


def write(kind, path, results=RESULTS, **options):
    with open_writer(kind, path, **options) as writer:
        for result in results:
            writer.write(result)
    return path.read_text()


def test_csv(tmp_path):
    assert write("csv", tmp_path / "r.csv") == (
        "frame,time_s,id,x,y,w,h,score,state\n"
        "0,0.000000,1,10.0000,20.0000,30.0000,40.0000,1.0000,tracking\n"
        "1,0.033333,1,10.1235,-2.5000,30.2500,40.0000,0.5124,uncertain\n"
        "5,,1,0.0000,0.0000,1.0000,10000.0000,0.0000,lost\n"
    )


def test_otb_counts_from_one(tmp_path):
    assert write("otb", tmp_path / "r.txt") == (
        "11.0000,21.0000,30.0000,40.0000\n"
        "11.1235,-1.5000,30.2500,40.0000\n"
        "1.0000,1.0000,1.0000,10000.0000\n"
    )


def test_mot_counts_from_one(tmp_path):
    assert write("mot", tmp_path / "r.txt") == (
        "1,1,11.0000,21.0000,30.0000,40.0000,1.0000,-1,-1,-1\n"
        "2,1,11.1235,-1.5000,30.2500,40.0000,0.5124,-1,-1,-1\n"
        "6,1,1.0000,1.0000,1.0000,10000.0000,0.0000,-1,-1,-1\n"
    )


def test_json(tmp_path):
    text = write("json", tmp_path / "r.json", source='a "b".mp4', model="m")
    assert json.loads(text) == {
        "source": 'a "b".mp4',
        "model": "m",
        "results": [
            {
                "frame": 0,
                "time_s": 0.0,
                "id": 1,
                "box": [10, 20, 30, 40],
                "score": 1.0,
                "state": "tracking",
            },
            {
                "frame": 1,
                "time_s": 0.033333,
                "id": 1,
                "box": [10.1235, -2.5, 30.25, 40],
                "score": 0.5124,
                "state": "uncertain",
            },
            {
                "frame": 5,
                "time_s": None,
                "id": 1,
                "box": [0, 0, 1, 10000],
                "score": 0.0,
                "state": "lost",
            },
        ],
    }
    assert len(text.splitlines()) == 2 + len(RESULTS)
    assert json.loads(write("json", tmp_path / "empty.json", []))["results"] == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty.json", "r.json"]


def test_json_target_appears_only_when_whole(tmp_path):
    path = tmp_path / "r.json"
    path.write_text("the old one")
    writer = open_writer("json", path, overwrite=True)
    writer.write(RESULTS[0])
    assert path.read_text() == "the old one"
    writer.close()
    writer.close()
    assert len(json.loads(path.read_text())["results"]) == 1


@pytest.mark.parametrize("kind", ["csv", "otb", "mot"])
def test_every_row_is_on_disk_at_once(tmp_path, kind):
    path = tmp_path / "r.txt"
    writer = open_writer(kind, path)
    before = path.read_text().count("\n")
    for i, result in enumerate(RESULTS, start=1):
        writer.write(result)
        assert path.read_text().count("\n") == before + i
    writer.close()


@pytest.mark.parametrize("kind", KINDS)
def test_existing_files_are_kept_unless_asked(tmp_path, kind):
    path = tmp_path / "r"
    path.write_text("precious")
    with pytest.raises(OutputError, match="it exists") as caught:
        open_writer(kind, path)
    assert caught.value.exit_code == 4
    assert path.read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir()] == ["r"]
    assert "precious" not in write(kind, path, overwrite=True)


@pytest.mark.parametrize("kind", KINDS)
def test_two_writers_of_one_file(tmp_path, kind):
    with open_writer(kind, tmp_path / "r"), pytest.raises(OutputError, match="it exists"):
        open_writer(kind, tmp_path / "r")


@pytest.mark.parametrize("kind", KINDS)
def test_missing_folder(tmp_path, kind):
    with pytest.raises(OutputError, match=r"could not write .*No such file or directory"):
        open_writer(kind, tmp_path / "none" / "r")


def test_otb_holds_one_object(tmp_path):
    second = TrackResult(1, None, 2, (1, 1, 1, 1), 1.0, "tracking")
    with pytest.raises(OutputError, match="one object"):
        write("otb", tmp_path / "r.txt", [RESULTS[0], second])


def test_unknown_kind(tmp_path):
    with pytest.raises(ValueError, match="csv, json, otb or mot"):
        open_writer("xml", tmp_path / "r.xml")


def test_csv_reads_back(tmp_path):
    write("csv", tmp_path / "r.csv")
    read = read_csv(tmp_path / "r.csv")
    assert [r.frame for r in read] == [0, 1, 5]
    assert [r.state for r in read] == ["tracking", "uncertain", "lost"]
    assert read[2].time_s is None
    assert read[1].time_s == pytest.approx(1 / 30, abs=1e-6)
    assert np.allclose([r.box for r in read], [r.box for r in RESULTS], atol=1e-4)
    assert isinstance(read[1].box, tuple)


def test_csv_torn_at_any_byte_gives_the_whole_rows(tmp_path):
    text = write("csv", tmp_path / "r.csv")
    whole = read_csv(tmp_path / "r.csv")
    for cut in range(len(text)):
        (tmp_path / "torn.csv").write_text(text[:cut])
        rows = read_csv(tmp_path / "torn.csv")
        assert rows == whole[: len(rows)]
        assert len(rows) >= text[:cut].count("\n") - 1


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("frame,time_s", "frame;time_s", 1),
        ("10.1235", "ten", 3),
        ("uncertain", "unsure", 3),
        ("0.5124", "nan", 3),
        ("1,0.033333,", "", 3),
        ("uncertain\n", "uncertain,more\n", 3),
        ("tracking\n", "tracking\n\n", 3),
        ("lost\n", "los\n", 4),
    ],
)
def test_damaged_csv_names_file_and_line(tmp_path, old, new, line):
    text = write("csv", tmp_path / "r.csv")
    (tmp_path / "bad.csv").write_text(text.replace(old, new, 1))
    with pytest.raises(SourceError, match=rf"bad\.csv, line {line}:"):
        read_csv(tmp_path / "bad.csv")


def test_unreadable_result_files(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(SourceError, match="No such file"):
        read_csv(tmp_path / "missing")
    with pytest.raises(SourceError, match="not a text file"):
        read_csv(tmp_path / "binary")


def test_otb_reads_back(tmp_path):
    write("otb", tmp_path / "r.txt")
    boxes = read_boxes(tmp_path / "r.txt", first_pixel=1)
    assert np.allclose(boxes, [r.box for r in RESULTS], atol=1e-4)


def test_a_resumed_file_goes_on_after_the_rows_that_stay(tmp_path):
    whole = write("csv", tmp_path / "whole.csv")
    write("csv", tmp_path / "r.csv")
    with CsvWriter.resumed(tmp_path / "r.csv", RESULTS[:1]) as writer:
        assert read_csv(tmp_path / "r.csv") == read_csv(tmp_path / "whole.csv")[:1]
        for result in RESULTS[1:]:
            writer.write(result)
    assert (tmp_path / "r.csv").read_text() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.csv", "whole.csv"]


CHILD = """
import os, resource, signal, sys
from tracker.result import TrackResult
from tracker.formats.writers import open_writer
from tracker.errors import OutputError
kind, path, fault = sys.argv[1:]
if fault == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
writer = open_writer(kind, path, overwrite=True)
for i in range(1000):
    try:
        writer.write(TrackResult(i, i / 25, 1, (i, 2.0, 3.0, 4.0), 0.5, "tracking"))
    except OutputError as error:
        print(error)
        sys.exit(4)
    print(i, flush=True)
    if fault == "kill" and i == 123:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def run_child(*arguments):
    return subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_killed_writer_loses_no_row(tmp_path):
    child = run_child("csv", tmp_path / "r.csv", "kill")
    assert child.returncode == -9
    assert [r.frame for r in read_csv(tmp_path / "r.csv")] == list(range(124))


def test_full_disk_is_an_output_error_and_keeps_the_rows(tmp_path):
    path = tmp_path / "r.csv"
    child = run_child("csv", path, "full")
    *acknowledged, message = child.stdout.splitlines()
    assert (child.returncode, child.stderr) == (4, "")
    assert message == f"could not write {path}: File too large"
    assert len(acknowledged) > 50
    assert [r.frame for r in read_csv(path)] == list(range(len(acknowledged)))


def test_full_disk_keeps_every_row_that_fits_into_the_json(tmp_path):
    path = tmp_path / "r.json"
    path.write_text("the old one")
    child = run_child("json", path, "full")
    *acknowledged, message = child.stdout.splitlines()
    assert (child.returncode, child.stderr) == (4, "")
    assert message == f"could not write {path}: File too large"
    rows = [row["frame"] for row in json.loads(path.read_text())["results"]]
    assert len(acknowledged) - 1 <= len(rows) <= len(acknowledged)  # the end needs room too
    assert rows == list(range(len(rows)))
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


def test_results_need_no_decoder_and_no_torch():
    code = (
        "import sys, tracker.formats.writers, tracker.result;"
        "print([m for m in ('av', 'cv2', 'torch') if m in sys.modules])"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"
