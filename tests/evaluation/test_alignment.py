"""Results that begin late or end early are matched with their frames."""

import numpy as np
import pytest

from tests.evaluation.hand_made import BOX, FAR, sequence
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.evaluation.alignment import on_sequence, scored_rows

LATE = Sequence("Late", (), np.array([FAR] * 2 + [BOX] * 3), skipped=2)


def test_results_that_start_late_are_moved_to_their_rows():
    moved = on_sequence(np.tile(BOX, (3, 1)), LATE)
    assert np.isnan(moved[:2]).all()
    np.testing.assert_array_equal(moved[2:], np.tile(BOX, (3, 1)))
    results, truth = scored_rows(moved, LATE)
    np.testing.assert_array_equal(results, truth)
    assert len(truth) == 3


def test_results_of_every_row_stay_and_are_all_scored():
    boxes = np.array([FAR] * 2 + [BOX] * 3)
    assert on_sequence(boxes, LATE) is boxes
    assert len(scored_rows(boxes, LATE)[0]) == 5


def test_a_last_row_without_the_object_may_be_missing():
    truth = np.array([BOX] * 9 + [(np.nan,) * 4])
    results, rows = scored_rows(np.tile(BOX, (9, 1)), Sequence("Gone", (), truth))
    assert len(results) == len(rows) == 10
    with pytest.raises(DatasetError, match="expected 10 result rows"):
        scored_rows(np.tile(BOX, (9, 1)), sequence("Still"))
