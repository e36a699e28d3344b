"""The CSV table: exact rows, reading back, resuming, and what a kill or a full disk leaves."""

import numpy as np
import pytest

from tests.formats.results import RESULTS, run_child, write_results
from tracker.errors import SourceError
from tracker.formats.csv import CsvWriter, read_csv


def test_csv(tmp_path):
    assert write_results("csv", tmp_path / "r.csv") == (
        "frame,time_s,id,x,y,w,h,score,state\n"
        "0,0.000000,1,10.0000,20.0000,30.0000,40.0000,1.0000,tracking\n"
        "1,0.033333,1,10.1235,-2.5000,30.2500,40.0000,0.5124,uncertain\n"
        "5,,1,0.0000,0.0000,1.0000,10000.0000,0.0000,lost\n"
    )


def test_csv_reads_back(tmp_path):
    write_results("csv", tmp_path / "r.csv")
    read = read_csv(tmp_path / "r.csv")
    assert [r.frame for r in read] == [0, 1, 5]
    assert [r.state for r in read] == ["tracking", "uncertain", "lost"]
    assert read[2].time_s is None
    assert read[1].time_s == pytest.approx(1 / 30, abs=1e-6)
    assert np.allclose([r.box for r in read], [r.box for r in RESULTS], atol=1e-4)
    assert isinstance(read[1].box, tuple)


def test_csv_torn_at_any_byte_gives_the_whole_rows(tmp_path):
    text = write_results("csv", tmp_path / "r.csv")
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
    text = write_results("csv", tmp_path / "r.csv")
    (tmp_path / "bad.csv").write_text(text.replace(old, new, 1))
    with pytest.raises(SourceError, match=rf"bad\.csv, line {line}:"):
        read_csv(tmp_path / "bad.csv")


def test_unreadable_result_files(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(SourceError, match="No such file"):
        read_csv(tmp_path / "missing")
    with pytest.raises(SourceError, match="not a text file"):
        read_csv(tmp_path / "binary")


def test_a_resumed_file_goes_on_after_the_rows_that_stay(tmp_path):
    whole = write_results("csv", tmp_path / "whole.csv")
    write_results("csv", tmp_path / "r.csv")
    with CsvWriter.resumed(tmp_path / "r.csv", RESULTS[:1]) as writer:
        assert read_csv(tmp_path / "r.csv") == read_csv(tmp_path / "whole.csv")[:1]
        for result in RESULTS[1:]:
            writer.write(result)
    assert (tmp_path / "r.csv").read_text() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.csv", "whole.csv"]


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
