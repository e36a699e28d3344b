"""A frame from top to bottom: an object is followed, lost, found again, and learned."""

import pytest

from tests.tracking.journeys import follow
from tracker.boxes import overlap
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.presence import Presence


def test_an_object_that_disappears_is_lost_after_some_frames(journey, known):
    gone = known[journey.gone : journey.returned]
    assert {result.state for result in known[: journey.gone]} == {"tracking"}
    assert [result.state for result in gone] == ["uncertain", "uncertain", "lost", "lost", "lost"]
    assert all(result.score < 0.1 for result in gone)
    assert [result.frame for result in known] == list(range(len(journey.frames)))


def test_the_box_of_a_lost_object_is_the_last_that_was_trusted(journey, known):
    trusted = known[journey.gone - 1].box
    assert overlap(trusted, journey.last) > 0.7
    lost = [result.box for result in known if result.state == "lost"]
    assert len(lost) >= 3
    assert set(lost) == {trusted}
    assert known[journey.gone + 1].box != trusted  # while it is only doubted, it is looked for


def with_cuts(journey):
    """Cut to another scene when the object would be lost, and back when it has returned."""
    inverse = [255 - frame for frame in journey.frames[journey.gone : journey.returned]]
    return journey.frames[: journey.gone] + inverse + journey.frames[journey.returned :]


def test_after_a_cut_it_is_lost_at_once(engine_with, journey):
    results = follow(engine_with(), journey, with_cuts(journey))
    gone = results[journey.gone : journey.returned]
    assert [result.state for result in results[: journey.gone]] == ["tracking"] * journey.gone
    assert {(result.state, result.box) for result in gone} == {
        ("lost", results[journey.gone - 1].box)
    }
    assert results[-1].state == "tracking"
    assert overlap(results[-1].box, journey.back) > 0.6


def test_an_object_that_is_there_takes_one_crop_per_scale(engine_with, journey, looks):
    engine = engine_with(num_scales=3)
    target = engine.start(journey.frames[0], journey.start)
    engine.follow(journey.frames[1], [target])
    assert [len(crops) for crops in looks] == [3]


@pytest.fixture
def learned(monkeypatch):
    """Numbers of the frames that are learned from, and whether they are remembered."""
    taken = []
    monkeypatch.setattr(
        Exemplar,
        "learn",
        lambda self, frame, box, remember: taken.append((int(frame[0, 0, 0]), remember)),
    )
    return taken


@pytest.fixture
def scripted(monkeypatch):
    """Scores as told, one per frame."""

    def script(scores):
        left = iter(scores)
        monkeypatch.setattr(Presence, "score", lambda self, peak: next(left))

    return script


def numbered(frames):
    """Frames that carry their number in the first pixel, which the object never covers."""
    copies = [frame.copy() for frame in frames]
    for number, frame in enumerate(copies):
        frame[0, 0, 0] = number
    return copies


def test_it_learns_from_learn_score_on_and_remembers_from_memory_score_on(
    engine_with, journey, learned, scripted
):
    scripted([0.9, 0.7, 0.65, 0.6999, 0.8, 0.7999, 0.4])
    engine = engine_with(filter_interval=1, learn_score=0.7, memory_score=0.8)
    follow(engine, journey, numbered(journey.frames[:1] * 8))
    assert learned == [(1, True), (2, False), (5, True), (6, False)]


def test_it_learns_nothing_while_doubted_lost_or_recovering(
    engine_with, journey, learned, scripted
):
    scores = [0.3, 0.05, 0.3, 0.05, 0.05, 0.05, 0.05] + [0.9] * 5
    scripted(scores)
    engine = engine_with(filter_interval=1, learn_score=0.0, near_frames=0, lost_doubt=2.0)
    frames = journey.frames[:1] * 7 + [journey.frame()] + journey.frames[:1] * 5
    results = follow(engine, journey, numbered(frames))
    assert [result.state for result in results[1:]] == [
        "uncertain",
        "uncertain",
        "uncertain",
        "uncertain",
        "uncertain",
        "lost",
        "lost",
        "uncertain",
        "uncertain",
        "tracking",
        "tracking",
        "tracking",
    ]
    assert [number for number, _ in learned] == [1, 3, 10, 11, 12]


def test_it_learns_every_few_frames(engine_with, journey, learned):
    follow(engine_with(filter_interval=3), journey, numbered(journey.frames[:1] * 8))
    assert [number for number, _ in learned] == [3, 6]


def stretched(journey):
    """The journey, wider from the middle of the time on in which the object is lost."""
    import cv2

    wide = [cv2.resize(frame, (480, 240)) for frame in journey.frames[journey.returned - 1 :]]
    return journey.frames[: journey.returned - 1] + wide


def test_a_picture_resized_while_the_object_is_lost(engine_with, journey, known):
    results = follow(engine_with(), journey, stretched(journey))
    x, y, w, h = known[journey.gone - 1].box
    assert results[journey.returned - 1].box == pytest.approx((1.5 * x, y, 1.5 * w, h), abs=1e-3)
    x, y, w, h = journey.back
    assert overlap(results[-1].box, (1.5 * x, y, 1.5 * w, h)) > 0.5
    assert results[-1].state == "tracking"


@pytest.mark.parametrize(
    "frames_of",
    [lambda journey: journey.frames, stretched, with_cuts],
    ids=["plain", "resized", "with cuts"],
)
def test_a_run_resumed_anywhere_is_the_unbroken_one(engine_with, journey, frames_of):
    """Broken off doubted, just lost, for long lost, just found, recovering, and tracked again."""
    frames, engine = frames_of(journey), engine_with()
    straight = follow(engine, journey, frames)
    states = [result.state for result in straight]
    found = states.index("uncertain", journey.returned)
    for cut in (
        journey.gone,
        journey.gone + 2,
        journey.returned - 1,
        found - 1,
        found,
        found + 1,
        found + 2,
    ):
        target = engine.start(frames[0], journey.start)
        for frame, result in zip(frames[1 : cut + 1], straight[1 : cut + 1], strict=True):
            engine.resume(frame, target, result)
        later = [engine.follow(frame, [target])[0] for frame in frames[cut + 1 :]]
        assert later == straight[cut + 1 :]


def test_results_are_as_exact_as_they_are_written(known):
    """Else a resumed run, which reads them from a file, would be another."""
    for result in known:
        assert result.score == round(result.score, 4)
        assert result.box == tuple(round(side, 4) for side in result.box)
