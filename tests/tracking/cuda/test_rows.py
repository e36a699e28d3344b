"""Rows of numbers for the kernels, and results read back."""

from types import SimpleNamespace

import numpy as np

from tracker.config import TrackerConfig
from tracker.ops.frame_layout import RESULT_COLUMNS, SETTINGS, TARGET_COLUMNS
from tracker.tracking.cuda.rows import IDLE, settings_row, target_row, verdict_of
from tracker.tracking.target import Target, Verdict


def target_at(box, config):
    return Target(config, SimpleNamespace(parts=None), box, (320, 240), (10.4, 20.6, 30.0), None)


def test_settings_come_from_the_configuration_and_from_facts():
    config = TrackerConfig(num_scales=5, lost_doubt=3.5)
    row = dict(zip(SETTINGS, settings_row(config, 8, (320, 240)), strict=True))
    assert (row["num_scales"], row["lost_doubt"], row["window_influence"]) == (5, 3.5, 0.176)
    assert (row["total_stride"], row["frame_width"], row["frame_height"]) == (8, 320, 240)
    assert (row["min_side"], row["max_growth"], row["max_log_odds"]) == (1, 1.65, 9)
    assert (row["max_shift"], row["box_center"]) == (0.5, 0)
    assert all(isinstance(value, float) for value in row.values())


def test_an_object_s_row_is_all_that_its_next_frame_depends_on():
    target = target_at((10.0, 20.0, 40.0, 30.0), TrackerConfig(usual_peak=0.4))
    target.advance((12.0, 21.0, 42.0, 31.0), 0.05, "uncertain")
    row = target_row(target)
    assert row.shape == (TARGET_COLUMNS,)
    assert [*row[:8]] == [12, 21, 42, 31, 10, 20, 40, 30]  # the last box, and the trusted one
    assert [*row[8:13]] == [40, 30, 10, 21, 30]  # the first size; the colour as OpenCV rounds it
    usual, doubt, good, recovering = row[13:]
    assert (usual, good, recovering) == (0.4, 0, 0)
    # log odds of 0.15 less those of 0.05
    np.testing.assert_allclose(doubt, np.log(0.15 / 0.85) - np.log(0.05 / 0.95))


def test_the_row_of_an_empty_slot_is_an_object_of_one_pixel():
    assert IDLE.shape == (TARGET_COLUMNS,)
    assert [*IDLE[2:4], *IDLE[6:10], IDLE[13]] == [1] * 7


def test_results_are_read_back():
    assert RESULT_COLUMNS == 6
    row = np.array([1.5, 2, 30, 40, 0.25, 1])
    assert verdict_of(row) == Verdict((1.5, 2, 30, 40), 0.25, "uncertain")
    assert [verdict_of([0, 0, 1, 1, 0, state] * np.ones(6)).state for state in (0, 2)] == [
        "tracking",
        "lost",
    ]
