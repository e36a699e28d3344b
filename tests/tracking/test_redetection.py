"""Lost objects are found again: near the place of loss, in a sweep of the frame, by similarity."""

import numpy as np
import pytest

from tests.tracking.journeys import follow, lost_target
from tracker.boxes import overlap
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.sweep import sweep_places


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


def test_after_a_cut_its_old_place_needs_similarity_too(engine_with, journey, monkeypatch):
    """Though it is no different there, in the old scene."""
    engine = engine_with(near_frames=1000)
    cuts = [journey.frames[0], 255 - journey.frame(), journey.frames[0]]
    assert follow(engine, journey, cuts)[-1].state == "uncertain"
    monkeypatch.setattr(Exemplar, "similarity", lambda self, embedding, cell: -1.0)
    assert follow(engine, journey, cuts)[-1].state == "lost"


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
