"""Torn, mixed or missing lines are errors that name the file and the line, never a guess."""

import numpy as np
import pytest

from tracker.errors import DatasetError
from tracker.formats.text import read_flags, read_names, read_rows


def write(tmp_path, text):
    path = tmp_path / "boxes.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3,4\n5,6,7,8\n",
        "1,2,3,4\n5,6,7,8",
        "1\t2\t3\t4\n5\t6\t7\t8\n",
        "1 2 3 4\n5   6 7 8 \n\n\n",
        "1, 2, 3, 4\r\n5, 6, 7, 8\r\n",
        "\ufeff1,2,3,4\n5,6,7,8\n",
        "1.0,2.0,3.0,4e0\n5.,6,7,8\n",
    ],
)
def test_separators_and_line_ends(tmp_path, text):
    rows = read_rows(write(tmp_path, text))
    np.testing.assert_array_equal(rows, [[1, 2, 3, 4], [5, 6, 7, 8]])


def test_a_row_may_be_nan_as_a_whole(tmp_path):
    rows = read_rows(write(tmp_path, "1,2,3,4\nNaN,NaN,NaN,NaN\nnan,nan,nan,nan\n"))
    assert np.isnan(rows).all(axis=1).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1,2,3\n1,2,3,4\n", 1),
        ("1,2,3,4\n1,2,3\n", 2),
        ("1,2,3,4\n1\n", 2),
        ("1,2,3,4\n1,2,3,4,5\n", 2),
        ("1,2,3,4\n1,2,3,\n", 2),
        ("1,2,3,4\n\n1,2,3,4\n", 2),
        ("\n1,2,3,4\n", 1),
        ("1,2,3,4\n1,2,3,4\n1 2 3 4\n", 3),
        ("1\t2\t3\t4\n1,2,3,4\n", 2),
        ("1,2 3,4\n", 1),
        ("x,y,w,h\n1,2,3,4\n", 1),
        ("1,2,3,4\n1,2,3,inf\n", 2),
        ("1,2,3,4\n1,2,nan,4\n", 2),
        ("1,2,3,4\n1,2,3,4,5,6,7,8\n", 2),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, line):
    path = write(tmp_path, text)
    with pytest.raises(DatasetError, match=f"boxes.txt, line {line}: expected 4 numbers x, y, w"):
        read_rows(path)


def test_the_message_shows_what_was_got(tmp_path):
    with pytest.raises(DatasetError, match=r"separated by commas; got '1,2,3'$"):
        read_rows(write(tmp_path, "1,2,3,4\n1,2,3\n"))


def test_files_that_are_none(tmp_path):
    with pytest.raises(DatasetError, match=r"cannot read .*absent.txt: No such file"):
        read_rows(tmp_path / "absent.txt")
    with pytest.raises(DatasetError, match=r"boxes.txt is empty"):
        read_rows(write(tmp_path, " \n\n"))
    with pytest.raises(DatasetError, match="not a text file"):
        read_rows(write(tmp_path, b"\xff\xfe\x00\x81"))


@pytest.mark.parametrize("text", ["0,1,0", "0\n1\n0\n", "0 1\n0"])
def test_flags(tmp_path, text):
    assert read_flags(write(tmp_path, text), 3).tolist() == [0, 1, 0]


def test_wrong_flags(tmp_path):
    with pytest.raises(DatasetError, match=r"expected 3 flags, one per row .* got 2"):
        read_flags(write(tmp_path, "0\n1\n"), 3)
    with pytest.raises(DatasetError, match="line 2: expected whole numbers; got 'no'"):
        read_flags(write(tmp_path, "0\nno\n1\n"), 3)


def test_names(tmp_path):
    assert read_names(write(tmp_path, "a\n b \n\nc\n\n")) == ["a", "b", "c"]
