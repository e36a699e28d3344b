"""Which runs each protocol asks for on a sequence."""

import numpy as np
import pytest

from tests.evaluation.hand_made import BOX, sequence, with_pictures
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.evaluation.protocols import PROTOCOLS, runs_of


def moving(frames=60, skipped=0):
    """A box that says in its x which frame it is of."""
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
