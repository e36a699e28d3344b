"""A plain folder: the name of the file of boxes says whether they are 1-based."""

import pytest

from tests.datasets.trees import moving_boxes, write_pictures, write_rows
from tracker.datasets import load_folder
from tracker.errors import DatasetError


@pytest.fixture
def root(tmp_path):
    write_rows(tmp_path / "ball" / "groundtruth.txt", moving_boxes(3))
    write_pictures(tmp_path / "ball", range(8, 11), digits=1)
    write_rows(tmp_path / "ant" / "groundtruth_rect.txt", moving_boxes(2), " ")
    write_pictures(tmp_path / "ant" / "img", range(2))
    (tmp_path / "notes").mkdir()
    return tmp_path


def test_a_folder_of_sequences(root):
    ant, ball = load_folder(root)
    assert (ant.name, ball.name) == ("ant", "ball")
    assert ant.boxes[0].tolist() == [0, 0, 30, 20]  # groundtruth_rect.txt counts from 1
    assert ball.boxes[0].tolist() == [1, 1, 30, 20]  # groundtruth.txt counts from 0
    assert [path.name for path in ball.frame_paths] == ["8.jpg", "9.jpg", "10.jpg"]
    assert [sequence.name for sequence in load_folder(root, ["Ball"])] == ["ball"]


def test_one_sequence(root, monkeypatch):
    assert [sequence.name for sequence in load_folder(root / "ant")] == ["ant"]
    monkeypatch.chdir(root / "ball")
    assert [sequence.name for sequence in load_folder(".")] == ["ball"]


def test_two_files_of_boxes_contradict(root):
    write_rows(root / "ant" / "groundtruth.txt", moving_boxes(2))
    with pytest.raises(DatasetError, match=r"ant: expected groundtruth_rect.txt or .* got both"):
        load_folder(root)


def test_broken_data(root):
    write_pictures(root / "ant" / "img", [7])
    with pytest.raises(DatasetError, match=r"groundtruth_rect.txt has 2 rows, .* has 3 pictures"):
        load_folder(root)
    with pytest.raises(DatasetError, match=r"no groundtruth_rect.txt or groundtruth.txt in"):
        load_folder(root / "notes")
    with pytest.raises(DatasetError, match="no folder"):
        load_folder(root / "absent")
    (root / "ant" / "groundtruth_rect.txt").write_text("1 2 3 4\n1 2 3\n")
    with pytest.raises(DatasetError, match=r"ant.groundtruth_rect.txt, line 2: expected 4"):
        load_folder(root / "ant")
