"""The runs of each protocol, and where those of TRE and SRE start, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.hand_made import BOX, sequence, with_pictures
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.evaluation.protocols import PROTOCOLS, runs_of, sre_boxes, tre_starts


def moving(frames=60, skipped=0):
    """A sequence whose box in frame ``i`` has the x coordinate ``i``."""
    boxes = [(float(i), 20.0, 30.0, 20.0) for i in range(frames)]
    return Sequence("Mover", (), np.array(boxes), skipped=skipped)


def test_once_from_the_first_frame():
    (run,) = runs_of(moving())
    assert (run.name, run.box, len(run.sequence)) == ("Mover", (0, 20, 30, 20), 60)
    assert {type(side) for side in run.box} == {float}


def test_rows_that_the_protocol_skips_are_not_run():
    (run,) = runs_of(moving(skipped=5), "ope")
    assert (run.box[0], len(run.sequence), run.sequence.skipped) == (5, 55, 0)


@pytest.mark.parametrize("skipped", [0, 5])
def test_tre_has_twenty_runs_each_to_the_end(skipped):
    runs = runs_of(moving(skipped=skipped), "tre")
    assert [run.name for run in runs] == [f"Mover.{number}" for number in range(1, 21)]
    starts = [run.box[0] for run in runs]
    assert (starts[0], starts[-1]) == (skipped, 40)  # 20 frames are left for the last
    assert starts == sorted(set(starts))
    for run, start in zip(runs, starts, strict=True):
        assert run.sequence.boxes[0][0] == start
        assert len(run.sequence) == 60 - start


def test_tre_needs_twenty_frames():
    with pytest.raises(DatasetError, match="20 frames left"):
        runs_of(moving(frames=19), "tre")


def test_sre_has_twelve_runs_from_moved_boxes(tmp_path):
    runs = runs_of(with_pictures("Still", tmp_path), "sre")
    assert [run.name for run in runs] == [
        f"Still.{kind}"
        for kind in (
            "left",
            "right",
            "up",
            "down",
            "topLeft",
            "topRight",
            "bottomLeft",
            "bottomRight",
            "scale_8",
            "scale_9",
            "scale_11",
            "scale_12",
        )
    ]
    assert runs[0].box == (BOX[0] - 3, *BOX[1:])
    assert len({run.box for run in runs}) == 12
    for run in runs:
        assert len(run.sequence) == 10
        assert tuple(run.sequence.boxes[0]) == BOX  # the truth has not moved


def test_sre_cuts_boxes_at_the_edge_of_the_picture(tmp_path):
    runs = runs_of(with_pictures("Still", tmp_path, size=(42, 210)), "sre")
    assert {run.name: run.box for run in runs}["Still.right"] == (13, 20, 29, 20)


def test_sre_needs_pictures():
    with pytest.raises(DatasetError, match="Still has no pictures"):
        runs_of(sequence("Still"), "sre")


def test_another_protocol():
    with pytest.raises(ValueError, match="expected a protocol out of ope, tre, sre; got 'vot'"):
        runs_of(sequence("Still"), "vot")
    assert PROTOCOLS == ("ope", "tre", "sre")


def truth_of(frames):
    return np.tile([10.0, 10, 20, 20], (frames, 1))


def test_starts_by_hand():
    # 119 frames: runs may start at rows 0 .. 99, and 20 are left at row 99. Steps of 100 / 19.
    starts = [0, 5, 10, 15, 21, 26, 31, 36, 42, 47, 52, 57, 63, 68, 73, 78, 84, 89, 94, 99]
    assert tre_starts(truth_of(119)) == starts


def test_starts_skip_omitted_and_invalid_rows():
    truth = truth_of(60)  # may start at rows 0 .. 40
    truth[10] = -1, -1, 0, 0
    truth[11, 1] = -3
    truth[12] = np.nan
    # 38 rows are left without those and 5 .. 9: every second one, and the last.
    allowed = [row for row in range(41) if row not in (10, 11, 12)]
    assert tre_starts(truth) == [*allowed[::2], 40]
    starts = tre_starts(truth, omitted=range(5, 10))
    assert set(starts).isdisjoint(range(5, 13))
    assert len(starts) == 20
    assert starts[0] == 0
    assert starts[-1] == 40


def test_tiger1_starts_at_its_sixth_frame():
    starts = tre_starts(truth_of(354), omitted=range(5))
    assert len(starts) == 20
    assert starts[0] == 5
    assert starts[1] == 5 + 330 // 19  # 330 rows, 5 .. 334
    assert starts[-1] == 334


def test_short_sequences_have_fewer_starts():
    assert tre_starts(truth_of(20)) == [0, 0]
    # E = 2 rows: the numbers k * 2 // 19 as long as 1 + k * 2 / 19 <= 2, k = 0 .. 9, and the last.
    assert tre_starts(truth_of(21)) == [0] * 10 + [1]
    assert tre_starts(truth_of(38)) == [*range(19), 18]


@pytest.mark.parametrize("frames", [0, 1, 19])
def test_too_short_for_any_start(frames):
    with pytest.raises(DatasetError, match=f"20 frames left; got none in {frames} rows"):
        tre_starts(truth_of(frames))


@given(st.integers(39, 2000), st.sets(st.integers(0, 18)))
def test_starts_agree_with_the_toolkits_formula(frames, omitted):
    allowed = [row for row in range(frames) if row not in omitted]
    usable = sum(frames - row >= 20 for row in allowed)
    if usable < 19:
        return
    step = usable / 19
    indices = [int(np.floor(1 + k * step)) for k in range(19)] + [usable]
    assert tre_starts(truth_of(frames), omitted) == [allowed[index - 1] for index in indices]


def test_sre_boxes_by_hand():
    # In OTB's coordinates (51, 41, 25, 40): a tenth is 2.5 and 4, the centre (63.5, 61).
    assert sre_boxes((50, 40, 25, 40), (640, 480)) == {
        "left": (47, 40, 25, 40),
        "right": (53, 40, 25, 40),
        "up": (50, 36, 25, 40),
        "down": (50, 44, 25, 40),
        "topLeft": (48, 36, 27, 44),  # 51 - 2.5 = 48.5, away from zero 49; the right end stays 75
        "topRight": (50, 36, 28, 44),  # 75 + 2.5 = 77.5 to 78
        "bottomLeft": (48, 40, 27, 44),
        "bottomRight": (50, 40, 28, 44),
        "scale_8": (53, 44, 20, 32),  # 63.5 - 10 = 53.5 to 54
        "scale_9": (51, 42, 23, 36),  # 63.5 - 11.25 = 52.25 to 52; 22.5 to 23
        "scale_11": (49, 38, 28, 44),  # 63.5 - 13.75 = 49.75 to 50; 27.5 to 28
        "scale_12": (48, 36, 30, 48),  # 63.5 - 15 = 48.5 to 49
    }


def test_sre_boxes_stay_inside_the_frame():
    boxes = sre_boxes((0, 0, 100, 80), (105, 80))
    assert boxes["left"] == (0, 0, 100, 80)  # moved back in, not cut
    assert boxes["right"] == (10, 0, 95, 80)
    assert boxes["down"] == (0, 8, 100, 72)
    assert boxes["topLeft"] == (0, 0, 105, 80)
    assert boxes["bottomRight"] == (0, 0, 105, 80)
    assert boxes["scale_12"] == (0, 0, 105, 80)


def test_halves_are_rounded_away_from_zero_in_1_based_coordinates():
    # OTB's x = 2, w = 25: the corner goes to 2 - 2.5 = -0.5, which rounds to -1, so the box gets
    # 28 wide before it is moved in. (0-based 1 - 2.5 = -1.5 would round to -2, the same pixel.)
    assert sre_boxes((1, 50, 25, 20), (640, 480))["topLeft"] == (0, 48, 28, 22)
    # x = 3: 0.5 rounds up to 1. 0-based, -0.5 would round down to -1, one pixel further.
    assert sre_boxes((2, 50, 25, 20), (640, 480))["topLeft"] == (0, 48, 27, 22)


@given(
    st.tuples(st.integers(0, 80), st.integers(0, 60), st.integers(5, 20), st.integers(5, 20)),
)
def test_sre_boxes_are_twelve_whole_boxes_near_the_first(box):
    boxes = sre_boxes(box, (100, 80))
    assert len(boxes) == 12
    for x, y, w, h in boxes.values():
        assert (x, y, w, h) == (round(x), round(y), round(w), round(h))
        assert x >= 0
        assert y >= 0
        assert x + w <= 100
        assert y + h <= 80
        assert abs(x - box[0]) <= 3
        assert abs(y - box[1]) <= 3
