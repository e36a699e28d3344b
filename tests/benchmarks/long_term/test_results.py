"""What is counted of a tracker's run over a sequence with absences."""

import numpy as np
import pytest

from benchmarks.long_term.results import follow, summary
from tracker.result import TrackResult
from tracker.synthetic.composited import Composite

HERE, THERE = (10.0, 10.0, 20.0, 20.0), (60.0, 50.0, 20.0, 20.0)


@pytest.fixture
def composite():
    """Present, partly seen, absent twice, present elsewhere three times."""
    return Composite(
        "seven",
        "cut",
        (100, 80),
        np.array([HERE] * 4 + [THERE] * 3),
        np.array([1, 0.5, 0, 0, 1, 1, 1]),
        np.array([0, 0, 1, 1, 0, 0, 0], bool),
        lambda index: np.full((80, 100, 3), index, np.uint8),
    )


class ScriptedTracker:
    """Returns given answers; keeps what it was started with and shown."""

    def __init__(self, *answers):
        self.answers, self.shown = iter(answers), []

    def init(self, frame, box):
        self.first = frame[0, 0, 0], box

    def update(self, frame):
        self.shown.append(frame[0, 0, 0])
        answer = next(self.answers)
        self.found = answer is not None
        return answer if self.found else HERE


def test_a_run_is_what_the_tracker_said_and_the_truth_of_each_later_frame(composite):
    said = [
        (HERE, 0.9, "tracking"),
        (HERE, 0.7, "tracking"),
        (HERE, 0.2, "lost"),
        (HERE, 0.3, "uncertain"),
        (THERE, 0.6, "tracking"),
        (THERE, 0.8, "tracking"),
    ]
    tracker = ScriptedTracker(*(TrackResult(0, None, 1, *answer) for answer in said))
    run = follow(tracker, composite)
    assert tracker.first == (0, HERE)
    assert tracker.shown == [1, 2, 3, 4, 5, 6]
    assert run.overlaps.tolist() == [1, 0, 0, 0, 1, 1]
    assert run.states.tolist() == [state for _, _, state in said]
    assert run.until_found.tolist() == [1]

    numbers = summary([run])
    # The partly seen frame is left out. From 0.6 on: one false alarm, two of the three present.
    assert numbers["precision"] == pytest.approx(2 / 3)
    assert numbers["recall"] == pytest.approx(2 / 3)
    assert (numbers["returns"], numbers["refound"], numbers["frames_until_found"]) == (1, 1, 1)
    assert numbers["false_alarms"] == 0.5
    assert numbers["tracking_while_present"] == pytest.approx(2 / 3)


def test_a_tracker_without_a_score_is_sure_unless_it_reports_failure(composite):
    run = follow(ScriptedTracker(HERE, None, None, HERE, HERE, None), composite)
    np.testing.assert_array_equal(run.scores, [1, np.nan, np.nan, 1, 1, np.nan])
    assert run.states.tolist() == ["tracking", "lost", "lost", "tracking", "tracking", "lost"]
    numbers = summary([run])
    assert (numbers["refound"], numbers["frames_until_found"]) == (0, None)
    assert numbers["false_alarms"] == 0
