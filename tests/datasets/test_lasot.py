"""LaSOT: two files of flags, and boxes that are meaningless where a flag is set."""

import pytest

from tests.datasets.trees import moving_boxes, write_pictures, write_rows
from tracker.datasets import load_lasot
from tracker.errors import DatasetError


def write_sequence(folder, rows):
    write_rows(folder / "groundtruth.txt", rows)
    write_pictures(folder / "img", range(1, len(rows) + 1), digits=8)
    write_rows(folder / "full_occlusion.txt", [[0, 1, 0, 0, 0][: len(rows)]])
    write_rows(folder / "out_of_view.txt", [[0, 0, 1, 0, 0][: len(rows)]])


@pytest.fixture
def root(tmp_path):
    rows = moving_boxes(5)
    rows[2] = (1, 1, -1, -1)
    rows[3] = (613, 731, 247, -11)
    for number in (2, 10, 1):
        write_sequence(tmp_path / "tiger" / f"tiger-{number}", rows)
    return tmp_path


def test_reads_boxes_and_flags(root):
    sequences = load_lasot(root)
    assert [sequence.name for sequence in sequences] == ["tiger-1", "tiger-2", "tiger-10"]
    assert sequences[0].visible.tolist() == [True, False, False, False, True]
    assert sequences[0].boxes[0].tolist() == [0, 0, 30, 20]
    assert sequences[0].boxes[2].tolist() == [0, 0, -1, -1]
    assert len(sequences[0].frame_paths) == 5


def test_sequences_without_class_folders(root):
    assert [sequence.name for sequence in load_lasot(root / "tiger", ["tiger-10"])] == ["tiger-10"]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("full_occlusion.txt", "0,1,0,0\n", "full_occlusion.txt: expected 5 flags, .* got 4"),
        ("out_of_view.txt", None, "cannot read .*out_of_view.txt"),
        ("out_of_view.txt", "0,0,x,0,0", "out_of_view.txt, line 1: expected whole numbers"),
        ("groundtruth.txt", "1,2,3,4\n1 2 3 4\n", "groundtruth.txt, line 2: expected 4 numbers"),
        ("img/00000004.jpg", None, "has 5 rows, but .* has 4 pictures"),
    ],
)
def test_broken_data(root, file, text, message):
    path = root / "tiger" / "tiger-2" / file
    path.write_text(text) if text else path.unlink()
    with pytest.raises(DatasetError, match=message):
        load_lasot(root)


def test_nothing_there(tmp_path):
    with pytest.raises(DatasetError, match="no sequences found"):
        load_lasot(tmp_path)
