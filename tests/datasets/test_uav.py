"""UAV123: absent targets, and parts of longer videos."""

import numpy as np
import pytest

from tests.datasets.trees import moving_boxes, write_pictures, write_rows
from tracker.datasets import load_uav
from tracker.errors import DatasetError


@pytest.fixture
def root(tmp_path):
    annotations, videos = tmp_path / "anno" / "UAV123", tmp_path / "data_seq" / "UAV123"
    rows = moving_boxes(5)
    rows[2] = ("NaN",) * 4
    write_rows(annotations / "bike9.txt", rows)
    write_pictures(videos / "bike9", range(1, 6), digits=6)
    write_rows(annotations / "person8_2.txt", moving_boxes(451))
    write_pictures(videos / "person8", range(1, 1526), digits=6)
    write_rows(annotations / "car11.txt", moving_boxes(3))
    (annotations / "att").mkdir()
    return tmp_path


def test_reads_whole_and_partial_videos(root):
    bike, car, person = load_uav(root)
    assert (bike.name, car.name, person.name) == ("bike9", "car11", "person8_2")
    assert bike.boxes[0].tolist() == [0, 0, 30, 20]
    assert bike.visible.tolist() == [True, True, False, True, True]
    assert np.isnan(bike.boxes[2]).all()
    assert not car.has_frames
    assert person.frame_paths[0].name == "001075.jpg"
    assert person.frame_paths[-1].name == "001525.jpg"


def test_similar_names_are_not_the_same(root):
    assert [sequence.name for sequence in load_uav(root, ["car11"])] == ["car11"]
    with pytest.raises(DatasetError, match="no sequence car1_1 in"):
        load_uav(root, ["car1_1"])


def test_a_part_has_a_fixed_length(root):
    write_rows(root / "anno" / "UAV123" / "person8_2.txt", moving_boxes(450))
    with pytest.raises(
        DatasetError, match="expected 451 rows, for frames 1075 to 1525 of person8; got 450"
    ):
        load_uav(root)


def test_pictures_must_fit(root):
    write_pictures(root / "data_seq" / "UAV123" / "bike9", [6], digits=6)
    with pytest.raises(DatasetError, match=r"bike9.txt has 5 rows, but .* has 6 pictures"):
        load_uav(root, ["bike9"])
    (root / "data_seq" / "UAV123" / "person8" / "001200.jpg").unlink()
    with pytest.raises(DatasetError, match="the first is frame 1200"):
        load_uav(root, ["person8_2"])


def test_no_annotations(tmp_path):
    with pytest.raises(DatasetError, match=r"no sequences found in .*UAV123"):
        load_uav(tmp_path)
