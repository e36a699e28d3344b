"""OTB rows: counted from 1 in the file, from 0 in memory, one object per file."""

import numpy as np
import pytest

from tests.formats.results import RESULTS, write_results
from tracker.errors import DatasetError, OutputError
from tracker.formats.otb import otb_line, read_boxes
from tracker.result import TrackResult


def test_otb_counts_from_one(tmp_path):
    assert write_results("otb", tmp_path / "r.txt") == (
        "11.0000,21.0000,30.0000,40.0000\n"
        "11.1235,-1.5000,30.2500,40.0000\n"
        "1.0000,1.0000,1.0000,10000.0000\n"
    )


def test_otb_holds_one_object(tmp_path):
    second = TrackResult(1, None, 2, (1, 1, 1, 1), 1.0, "tracking")
    with pytest.raises(OutputError, match="one object"):
        write_results("otb", tmp_path / "r.txt", [RESULTS[0], second])


def test_otb_reads_back(tmp_path):
    write_results("otb", tmp_path / "r.txt")
    boxes = read_boxes(tmp_path / "r.txt", first_pixel=1)
    assert np.allclose(boxes, [r.box for r in RESULTS], atol=1e-4)


@pytest.mark.parametrize(
    ("box", "line"),
    [
        ((0, 0, 1, 1), "1.0000,1.0000,1.0000,1.0000"),
        ((-0.5, 9.25, 30.12344, 40.12346), "0.5000,10.2500,30.1234,40.1235"),
        ((float("nan"),) * 4, "nan,nan,nan,nan"),
    ],
)
def test_a_line_counts_the_corner_from_one(box, line):
    assert otb_line(box) == line


def test_a_file_may_count_from_zero_or_one(tmp_path):
    path = tmp_path / "boxes.txt"
    path.write_text("1,2,3,4\n0,-5,6,7\n")
    np.testing.assert_array_equal(read_boxes(path), [[1, 2, 3, 4], [0, -5, 6, 7]])
    np.testing.assert_array_equal(read_boxes(path, 1), [[0, 1, 3, 4], [-1, -6, 6, 7]])


def test_nan_marks_a_missing_box(tmp_path):
    path = tmp_path / "boxes.txt"
    path.write_text("1,2,3,4\nNaN,NaN,NaN,NaN\n5,6,7,8\n")
    boxes = read_boxes(path, first_pixel=1)
    np.testing.assert_array_equal(boxes, [[0, 1, 3, 4], [np.nan] * 4, [4, 5, 7, 8]])


@pytest.mark.parametrize("text", ["1,2,3\n", "1,2\n", "1,2,3,4,5,6,7,8\n"])
def test_a_row_that_is_no_box(tmp_path, text):
    path = tmp_path / "boxes.txt"
    path.write_text(text)
    with pytest.raises(DatasetError, match=r"boxes\.txt, line 1: expected 4 numbers x, y, w, h"):
        read_boxes(path)
