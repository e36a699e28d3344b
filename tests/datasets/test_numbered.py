"""Pictures are found by number; a gap, a duplicate or a name without a number is an error."""

import pytest

from tests.datasets.trees import write_pictures
from tracker.datasets.numbered import all_pictures, numbered_pictures, picture_range
from tracker.errors import DatasetError


def test_order_is_by_number(tmp_path):
    write_pictures(tmp_path, [10, 9, 100], digits=1)
    write_pictures(tmp_path, [2], digits=5, suffix=".PNG")
    (tmp_path / "._0003.jpg").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no picture")
    assert [path.name for path in numbered_pictures(tmp_path).values()] == [
        "00002.PNG",
        "9.jpg",
        "10.jpg",
        "100.jpg",
    ]


def test_the_last_number_of_a_name_counts(tmp_path):
    write_pictures(tmp_path, [1])
    (tmp_path / "0001.jpg").rename(tmp_path / "cam2_0007.jpg")
    assert list(numbered_pictures(tmp_path)) == [7]


def test_no_folder_has_no_pictures(tmp_path):
    assert numbered_pictures(tmp_path / "absent") == {}
    assert all_pictures(tmp_path / "absent", 3, tmp_path / "truth.txt") == ()
    assert picture_range(tmp_path / "absent", 1, 3) == ()


def test_strange_names(tmp_path):
    write_pictures(tmp_path, [1])
    write_pictures(tmp_path, [1], digits=5)
    with pytest.raises(DatasetError, match=r"picture of frame 1 already"):
        numbered_pictures(tmp_path)
    (tmp_path / "00001.jpg").rename(tmp_path / "first.jpg")
    with pytest.raises(DatasetError, match=r"first.jpg: expected a frame number"):
        numbered_pictures(tmp_path)


def test_a_range_must_be_complete(tmp_path):
    write_pictures(tmp_path, [1, 2, 3, 5, 6, 7])
    assert [path.stem for path in picture_range(tmp_path, 5, 7)] == ["0005", "0006", "0007"]
    with pytest.raises(DatasetError, match="frames 2 to 9; 3 are missing, the first is frame 4"):
        picture_range(tmp_path, 2, 9)


def test_the_count_must_fit(tmp_path):
    write_pictures(tmp_path, range(1, 4))
    with pytest.raises(DatasetError, match=r"truth.txt has 4 rows, but .* has 3 pictures"):
        all_pictures(tmp_path, 4, tmp_path / "truth.txt")
