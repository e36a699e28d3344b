"""GOT-10k: flags that say what is visible, and a test subset without its ground truth."""

import numpy as np
import pytest

from tests.datasets.trees import moving_boxes, write_pictures, write_rows
from tracker.datasets import load_got10k
from tracker.errors import DatasetError


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "GOT-10k_Val_000001"
    write_rows(folder / "groundtruth.txt", moving_boxes(4))
    write_pictures(folder, range(1, 5), digits=8)
    (folder / "cover.label").write_text("8\n3\n0\n1\n")
    (folder / "absence.label").write_text("0\n0\n0\n1\n")
    (tmp_path / "list.txt").write_text(f"{folder.name}\n")
    return tmp_path


def test_reads_boxes_and_flags(root):
    (sequence,) = load_got10k(root)
    assert sequence.boxes[0].tolist() == [0, 0, 30, 20]  # the file counts from 1
    assert sequence.visible.tolist() == [True, True, False, False]
    assert [path.name for path in sequence.frame_paths][:2] == ["00000001.jpg", "00000002.jpg"]


def test_the_test_subset_shows_one_box(root):
    folder = root / "GOT-10k_Test_000001"
    write_rows(folder / "groundtruth.txt", moving_boxes(1))
    write_pictures(folder, range(1, 4), digits=8)
    (root / "list.txt").write_text(folder.name)
    (sequence,) = load_got10k(root)
    assert len(sequence) == len(sequence.frame_paths) == 3
    assert sequence.visible.tolist() == [True, False, False]
    assert np.isnan(sequence.boxes[1:]).all()


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("cover.label", "8\n3\n0\n", r"cover.label: expected 4 flags, .* got 3"),
        ("cover.label", "8\n3\n?\n1\n", r"cover.label, line 3: expected whole numbers"),
        ("absence.label", None, r"cannot read .*absence.label"),
        ("groundtruth.txt", "1,2,3,4\n1,2,3\n", r"groundtruth.txt, line 2: expected 4 numbers"),
        ("groundtruth.txt", "1,2,3,4\n", r"cover.label: expected 1 flags"),
        ("00000003.jpg", None, r"has 4 rows, but .* has 3 pictures"),
    ],
)
def test_broken_data(root, file, text, message):
    path = root / "GOT-10k_Val_000001" / file
    path.write_text(text) if text else path.unlink()
    with pytest.raises(DatasetError, match=message):
        load_got10k(root)


def test_the_folder_above_is_not_a_subset(root):
    with pytest.raises(DatasetError, match=r"list.txt: expected the folder of one subset"):
        load_got10k(root.parent)
