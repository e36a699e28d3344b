"""An object that disappears and returns: it is lost, searched for, found, and learned about."""

import numpy as np
import pytest

from tests.moving_patch import JOURNEY_SETTINGS as SETTINGS
from tracker.boxes import overlap
from tracker.tracking.engine import Engine
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.presence import Presence
from tracker.tracking.searching import Searcher
from tracker.tracking.sweep import sweep_places


@pytest.fixture
def engine_with():
    return lambda **settings: Engine(device="cpu", **SETTINGS | settings)


def follow(engine, clip, frames=None):
    """Results from the first frame of a journey to its last, or of other frames."""
    frames = clip.frames if frames is None else frames
    target = engine.start(frames[0], clip.start)
    return [target.result, *(engine.follow(frame, [target])[0] for frame in frames[1:])]


@pytest.fixture(scope="module")
def known(journey):
    return follow(Engine(device="cpu", **SETTINGS), journey)


def lost_target(engine, journey, known):
    """The object of the journey as it is in the last frame before its return."""
    target = engine.start(journey.frames[0], journey.start)
    for frame, result in zip(journey.frames[1:], known[1 : journey.returned], strict=False):
        engine.resume(frame, target, result)
    assert target.presence.is_lost
    return target


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


def test_it_is_found_again_far_away(journey, known):
    """Within a round of the sweep; uncertain at first, then tracked."""
    after = [result.state for result in known[journey.returned :]]
    found = after.index("uncertain")
    assert found <= 9
    assert after == ["lost"] * found + ["uncertain"] * 2 + ["tracking"] * (len(after) - found - 2)
    assert "tracking" in after
    for result in known[journey.returned + found :]:
        assert overlap(result.box, journey.back) > 0.6
        assert result.score > 0.5


@pytest.mark.parametrize("corner", [(0, 0), (276, 0), (0, 204), (276, 204), (138, 102), (230, 30)])
def test_it_is_found_wherever_in_the_frame_it_returns(engine_with, journey, known, corner):
    engine = engine_with()
    target = lost_target(engine, journey, known)
    frame, box = journey.frame(corner), (*corner, 44, 36)
    states = [engine.follow(frame, [target])[0].state for _ in range(10)]
    assert "uncertain" in states
    assert overlap(target.result.box, box) > 0.5


def test_it_is_found_where_it_was(engine_with, journey, known):
    engine = engine_with(near_frames=0)
    target = lost_target(engine, journey, known)
    result = engine.follow(journey.frame((42, 38)), [target])[0]
    assert result.state == "uncertain"
    assert overlap(result.box, journey.last) > 0.6


@pytest.mark.parametrize(("beside", "found"), [(-0.01, False), (0.0, True)])
def test_what_is_not_similar_is_not_taken(engine_with, journey, known, monkeypatch, beside, found):
    engine = engine_with(near_frames=0)
    target = lost_target(engine, journey, known)
    monkeypatch.setattr(
        Exemplar,
        "similarity",
        lambda self, embedding, cell: engine.config.found_similarity + beside,
    )
    results = [engine.follow(frame, [target])[0] for frame in journey.frames[journey.returned :]]
    assert ("uncertain" in {result.state for result in results}) == found
    if not found:
        assert {result.box for result in results} == {known[journey.gone - 1].box}
        assert max(result.score for result in results) == 0.1  # likely, but not believed


@pytest.mark.parametrize(("near", "found"), [(2, False), (3, True)])
def test_for_a_while_its_old_place_needs_no_similarity(
    engine_with, journey, known, monkeypatch, near, found
):
    """It has been lost for three frames."""
    monkeypatch.setattr(Exemplar, "similarity", lambda self, embedding, cell: -1.0)
    engine = engine_with(near_frames=near)
    target = lost_target(engine, journey, known)
    assert target.presence.lost_for == 3
    result = engine.follow(journey.frame((42, 38)), [target])[0]
    assert result.state == ("uncertain" if found else "lost")


def test_elsewhere_it_needs_similarity_also_in_that_while(engine_with, journey, known, monkeypatch):
    monkeypatch.setattr(Exemplar, "similarity", lambda self, embedding, cell: -1.0)
    engine = engine_with(near_frames=100)
    target = lost_target(engine, journey, known)
    results = [engine.follow(frame, [target])[0] for frame in journey.frames[journey.returned :]]
    assert {result.state for result in results} == {"lost"}


def test_what_answers_less_than_a_share_of_the_usual_is_not_taken(engine_with, journey, known):
    engine = engine_with(found_share=3.0)
    target = lost_target(engine, journey, known)
    results = [engine.follow(frame, [target])[0] for frame in journey.frames[journey.returned :]]
    assert {result.state for result in results} == {"lost"}


def test_the_second_look_must_confirm_the_first(engine_with, journey, known, monkeypatch):
    engine = engine_with(near_frames=0)
    target = lost_target(engine, journey, known)
    locate = engine._locate
    monkeypatch.setattr(
        engine,
        "_locate",
        lambda frame, places: [each._replace(peak=0.01) for each in locate(frame, places)],
    )
    results = [engine.follow(frame, [target])[0] for frame in journey.frames[journey.returned :]]
    assert {result.state for result in results} == {"lost"}


def test_a_wrong_find_is_lost_again_at_once(engine_with, journey, known):
    engine = engine_with()
    target = lost_target(engine, journey, known)
    while target.presence.is_lost:
        engine.follow(journey.frame((260, 190)), [target])
    result = engine.follow(journey.frame(), [target])[0]
    assert result.state == "lost"
    assert result.box == known[journey.gone - 1].box


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


def test_after_a_cut_its_old_place_needs_similarity_too(engine_with, journey, monkeypatch):
    """Though it is no different there, in the old scene."""
    engine = engine_with(near_frames=1000)
    cuts = [journey.frames[0], 255 - journey.frame(), journey.frames[0]]
    assert follow(engine, journey, cuts)[-1].state == "uncertain"
    monkeypatch.setattr(Exemplar, "similarity", lambda self, embedding, cell: -1.0)
    assert follow(engine, journey, cuts)[-1].state == "lost"


@pytest.fixture
def looks(monkeypatch):
    """Middles of the search crops, a list per pass of the network."""
    passes, cut_out = [], Searcher.cut_out

    def counted(self, frame, crops):
        passes.append([tuple(crop.center) for crop in crops])
        return cut_out(self, frame, crops)

    monkeypatch.setattr(Searcher, "cut_out", counted)
    return passes


@pytest.mark.parametrize(
    ("frames", "most", "extra"), [(1, 2, 2), (1, 3, 3), (1000, 3, 1), (1, 1000, None)]
)
def test_a_lost_object_is_searched_for_in_a_few_crops_more(
    engine_with, journey, known, looks, frames, most, extra
):
    engine = engine_with(sweep_frames=frames, sweep_crops=most, near_frames=0)
    target = lost_target(engine, journey, known)
    assert looks == []
    x, y, w, h = target.trusted
    for _ in range(3):
        engine.follow(journey.frame(), [target])
    assert len(looks) == 3  # passes: one per frame
    reach = target.search_extent * (127 - 64) / 127
    extra = extra or len(sweep_places((320, 240), reach, target.center))
    for crops in looks:
        assert len(crops) == 1 + extra
        assert crops[0] == pytest.approx((x + w / 2, y + h / 2))


def test_an_object_that_is_there_takes_one_crop_per_scale(engine_with, journey, looks):
    engine = engine_with(num_scales=3)
    target = engine.start(journey.frames[0], journey.start)
    engine.follow(journey.frames[1], [target])
    assert [len(crops) for crops in looks] == [3]


@pytest.mark.parametrize("near", [0, 1000])
def test_a_round_of_the_sweep_covers_the_frame(engine_with, journey, known, looks, near):
    engine = engine_with(sweep_frames=4, sweep_crops=10, near_frames=near)
    target = lost_target(engine, journey, known)
    for _ in range(4):
        engine.follow(journey.frame(), [target])
    seen = np.array([center for crops in looks for center in crops])
    reach = target.search_extent * (127 - 64) / 127
    for x in range(0, 321, 20):
        for y in range(0, 241, 20):
            assert np.abs(seen - (x, y)).max(axis=1).min() <= reach / 2


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
