"""VOT: boxes and polygons, and what a polygon becomes."""

import numpy as np
import pytest

from tests.datasets.trees import write_pictures, write_rows
from tracker.datasets import load_vot
from tracker.datasets.vot import polygon_area_box, polygon_bounds
from tracker.errors import DatasetError

DIAMOND = [10, 0, 20, 10, 10, 20, 0, 10]  # a square of 200 square pixels, on its corner
UPRIGHT = [5, 5, 15, 5, 15, 11, 5, 11]


@pytest.fixture
def root(tmp_path):
    write_rows(tmp_path / "ball" / "groundtruth.txt", [DIAMOND, UPRIGHT, ["nan"] * 8])
    write_pictures(tmp_path / "ball" / "color", range(1, 4), digits=8)
    write_rows(tmp_path / "ant" / "groundtruth.txt", [(4, 5, 6, 7), (5, 5, 6, 7)])
    write_pictures(tmp_path / "ant", range(1, 3), digits=8)
    (tmp_path / "list.txt").write_text("ball\nant\n")
    return tmp_path


def test_reads_in_the_order_of_the_list(root):
    ball, ant = load_vot(root)
    assert (ball.name, ant.name) == ("ball", "ant")
    assert ball.frame_paths[0].parent.name == "color"
    assert ball.visible.tolist() == [True, True, False]
    np.testing.assert_array_equal(ball.boxes[:2], [[0, 0, 20, 20], [5, 5, 10, 6]])
    np.testing.assert_array_equal(ant.boxes, [[4, 5, 6, 7], [5, 5, 6, 7]])
    assert len(ant.frame_paths) == 2


def test_without_a_list(root):
    (root / "list.txt").unlink()
    assert [sequence.name for sequence in load_vot(root)] == ["ant", "ball"]
    assert [sequence.name for sequence in load_vot(root, ["ball"])] == ["ball"]


def test_polygon_conversions_by_hand():
    polygons = np.array([DIAMOND, UPRIGHT], float)
    np.testing.assert_allclose(polygon_bounds(polygons), [[0, 0, 20, 20], [5, 5, 10, 6]])
    side = np.sqrt(200)  # half the area of the bounds, 20 x 20, about the same centre
    np.testing.assert_allclose(
        polygon_area_box(polygons),
        [[10 - side / 2, 10 - side / 2, side + 1, side + 1], [5, 5, 11, 7]],
    )


def test_the_conversion_can_be_chosen(root):
    ball = load_vot(root, ["ball"], polygons="area")[0]
    np.testing.assert_allclose(ball.boxes[1], [5, 5, 11, 7])
    assert np.isnan(ball.boxes[2]).all()
    with pytest.raises(DatasetError, match="expected polygons as bounds or area; got 'mean'"):
        load_vot(root, polygons="mean")


def test_a_polygon_without_area_has_no_box():
    assert np.isnan(polygon_area_box(np.array([[1.0, 2] * 4]))[0]).all()


def test_a_torn_polygon_is_named(root):
    write_rows(root / "ball" / "groundtruth.txt", [DIAMOND, DIAMOND[:7], DIAMOND])
    with pytest.raises(
        DatasetError, match=r"ball.groundtruth.txt, line 2: expected 8 numbers x1, y1 to x4, y4"
    ):
        load_vot(root)


def test_a_mask_is_not_a_polygon(root):
    (root / "ball" / "groundtruth.txt").write_text("m12,8,3,4,5,6,7\n")
    with pytest.raises(DatasetError, match=r"line 1: expected 4 numbers x, y, w, h or 8 numbers"):
        load_vot(root)


def test_partial_data(root):
    (root / "ball" / "color" / "00000002.jpg").unlink()
    with pytest.raises(DatasetError, match=r"groundtruth.txt has 3 rows, but .*color has 2"):
        load_vot(root)
    (root / "list.txt").write_text("ant\ncat\n")
    with pytest.raises(DatasetError, match=r"cannot read .*cat.groundtruth.txt"):
        load_vot(root)
    (root / "list.txt").write_text("")
    with pytest.raises(DatasetError, match=r"list.txt is empty"):
        load_vot(root)
