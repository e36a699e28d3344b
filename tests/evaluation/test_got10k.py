"""The GOT-10k protocol by hand, and everything that its toolkit can compute beside it."""

from types import SimpleNamespace

import numpy as np
import pytest

from tracker.errors import DatasetError
from tracker.evaluation.metrics import (
    center_errors,
    got10k_overlaps,
    got10k_score,
    overlaps,
    precision_curve,
    success_curve,
)

BOX = (10, 10, 20, 20)
SIZE = (100, 80)


def rows(*boxes):
    return np.array(boxes, dtype=float)


def test_the_first_frame_does_not_count():
    values = got10k_overlaps(rows(BOX, BOX, (20, 10, 20, 20)), rows(BOX, BOX, BOX), SIZE)
    np.testing.assert_allclose(values, [1, 1 / 3])


def test_frames_without_the_target_do_not_count():
    boxes = rows(BOX, BOX, BOX, BOX)
    assert got10k_overlaps(boxes, boxes, SIZE, visible=[8, 0, 1, 0]).tolist() == [1]


def test_boxes_are_fitted_into_the_frame():
    # The result is cut at the right edge to the truth; at the left it is moved, not cut.
    results = rows(BOX, (90, 10, 50, 20), (-10, 10, 20, 20))
    truth = rows(BOX, (90, 10, 10, 20), (0, 10, 20, 20))
    assert got10k_overlaps(results, truth, SIZE).tolist() == [1, 1]


def test_score_by_hand():
    # Six frames; 0.5 is not above 0.5, nor 0.75 above 0.75.
    score = got10k_score([[1, 0.5, 0.75, 0], [0.8], [0.55]])
    assert score.ao == pytest.approx(3.6 / 6)
    assert score.sr50 == 4 / 6
    assert score.sr75 == 2 / 6
    assert score.frames == 6


@pytest.mark.parametrize("values", [[], [[]], [[], []]])
def test_no_frame_to_score(values):
    with pytest.raises(DatasetError, match="at least one frame"):
        got10k_score(values)


def test_wrong_lengths():
    with pytest.raises(DatasetError, match="got 1"):
        got10k_overlaps(rows(BOX), rows(BOX, BOX), SIZE)
    with pytest.raises(DatasetError, match="2 values of visibility"):
        got10k_overlaps(rows(BOX, BOX), rows(BOX, BOX), SIZE, visible=[1])


def test_arguments_are_left_alone():
    results, truth = rows(BOX, (-5, -5, 200, 200)), rows(BOX, (90, 70, 50, 50))
    copies = results.copy(), truth.copy()
    got10k_overlaps(results, truth, SIZE)
    assert (results == copies[0]).all()
    assert (truth == copies[1]).all()


@pytest.fixture(scope="module")
def random_boxes():
    """Pairs of boxes from equal to far apart, some over the frame's edge; the first is equal."""
    rng = np.random.default_rng(7)
    truth = np.column_stack([rng.uniform(-20, 90, (3000, 2)), rng.uniform(4, 60, (3000, 2))])
    results = truth + rng.normal(size=(3000, 4)) * rng.choice([0, 1, 10], (3000, 1))
    results[:, 2:] = np.maximum(results[:, 2:], 1)
    results[0] = truth[0]
    return results, truth


def test_frame_measures_of_the_toolkit(random_boxes):
    toolkit = pytest.importorskip("got10k.utils.metrics")
    results, truth = random_boxes
    ious, errors = toolkit.rect_iou(results, truth), toolkit.center_error(results, truth)
    np.testing.assert_allclose(overlaps(results, truth, "got10k"), ious, atol=1e-12)
    np.testing.assert_allclose(center_errors(results, truth, "got10k"), errors, atol=1e-12)


def test_curves_of_the_toolkit(random_boxes):
    toolkit = pytest.importorskip("got10k.experiments")
    points = SimpleNamespace(nbins_iou=21, nbins_ce=51)
    ious, errors = overlaps(*random_boxes, "got10k"), center_errors(*random_boxes, "got10k")
    success, precision = toolkit.ExperimentOTB._calc_curves(points, ious, errors)
    assert success_curve(ious, "got10k").tolist() == success.tolist()
    assert precision_curve(errors).tolist() == precision.tolist()


def test_score_of_the_toolkit(random_boxes):
    toolkit = pytest.importorskip("got10k.experiments")
    metrics = pytest.importorskip("got10k.utils.metrics")
    results, truth = random_boxes
    values = got10k_overlaps(results, truth, SIZE)
    expected = metrics.rect_iou(results[1:].copy(), truth[1:].copy(), bound=SIZE)
    np.testing.assert_allclose(values, expected, atol=1e-12)
    ao, sr, _, _ = toolkit.ExperimentGOT10k._evaluate(None, expected, [])
    score = got10k_score([values])
    assert (score.ao, score.sr50) == (pytest.approx(ao, abs=1e-12), sr)
