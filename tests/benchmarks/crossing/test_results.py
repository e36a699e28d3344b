"""Following two objects that cross: what is counted, and what each follower is shown."""

import numpy as np
import pytest

from benchmarks.crossing.results import follow, followers, summary
from tests.moving_patch import JOURNEY_SETTINGS as SETTINGS
from tracker.result import TrackResult
from tracker.synthetic.composited import Crossing

LEFT, RIGHT, FAR = (10.0, 10.0, 20.0, 20.0), (60.0, 10.0, 20.0, 20.0), (60.0, 50.0, 20.0, 20.0)


@pytest.fixture
def swap():
    """Two objects that change places in frame 2, where one hides the other; apart in 4."""
    ways = [[LEFT, LEFT, LEFT, RIGHT, RIGHT], [RIGHT, RIGHT, LEFT, LEFT, LEFT]]
    return Crossing(
        "swap",
        "kin",
        (100, 80),
        np.array(ways),
        (2,),
        (4,),
        lambda index: np.full((80, 100, 3), index, np.uint8),
    )


class ScriptedPair:
    """Returns given boxes in given states; keeps what it was started with and shown."""

    def __init__(self, *boxes, states=("tracking", "tracking")):
        self.boxes, self.states, self.shown = iter(boxes), states, []

    def init(self, frame, boxes):
        self.first = frame[0, 0, 0], boxes

    def update(self, frame):
        self.shown.append(frame[0, 0, 0])
        pair = zip(next(self.boxes), self.states, strict=True)
        return [TrackResult(0, None, 1, box, 0.9, state) for box, state in pair]


def counted(swap, last, **states):
    (run,) = follow({"one way": ScriptedPair(*[(LEFT, RIGHT)] * 3, last, **states)}, swap).values()
    return summary([run])


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ((RIGHT, LEFT), {"right": 2, "on_other": 0, "both_on_one": 0}),
        ((LEFT, RIGHT), {"right": 0, "on_other": 2, "both_on_one": 0}),
        ((LEFT, LEFT), {"right": 1, "on_other": 1, "both_on_one": 1}),
        ((FAR, LEFT), {"right": 1, "on_other": 0, "both_on_one": 0}),
        ((FAR, FAR), {"right": 0, "on_other": 0, "both_on_one": 1}),
    ],
)
def test_boxes_are_counted_where_the_objects_have_parted(swap, last, expected):
    """By hand: the overlap counts in frames 1, 3 and 4, in which they are apart."""
    row = counted(swap, last)
    assert row == row | expected | {"boxes": 2, "lost": 0}
    assert row["overlap"] == pytest.approx((2 + 0 + expected["right"]) / 6)


def test_lost_ones_are_counted_there(swap):
    assert counted(swap, (LEFT, LEFT), states=("lost", "tracking"))["lost"] == 1


def test_every_way_sees_every_frame_and_begins_with_the_truth(swap):
    ways = {name: ScriptedPair(*[(LEFT, RIGHT)] * 4) for name in ("one", "other")}
    assert set(follow(ways, swap)) == {"one", "other"}
    for way in ways.values():
        assert way.first == (0, [LEFT, RIGHT])
        assert way.shown == [1, 2, 3, 4]


def test_several_runs_add_up(swap):
    pairs = [(RIGHT, LEFT), (LEFT, LEFT), (LEFT, RIGHT)]
    done = [follow({"": ScriptedPair(*[(LEFT, RIGHT)] * 3, last)}, swap)[""] for last in pairs]
    row = summary(done)
    assert (row["boxes"], row["right"], row["on_other"], row["both_on_one"]) == (6, 3, 3, 1)


def test_one_by_one_is_as_trackers_that_do_not_know_of_each_other(journey):
    """The patch, and the place that it passes on its way to where it comes back."""
    boxes, frames = [journey.start, journey.back], journey.frames[:4]
    ways = followers("lite", SETTINGS | {"device": "cpu", "claim_overlap": 1.0})
    for way in ways.values():
        way.init(frames[0], boxes)
    for frame in frames[1:]:
        together, alone = (way.update(frame) for way in ways.values())
        assert [r.box for r in together] == [r.box for r in alone]
        assert [r.score for r in together] == [r.score for r in alone]
