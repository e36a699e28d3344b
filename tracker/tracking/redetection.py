"""Find lost objects again: near the place of loss, then in the whole frame, a part per frame."""

from collections.abc import Callable, Sequence

from tracker.config import TrackerConfig
from tracker.frames import Frame
from tracker.tracking.searching import Candidate, Place, Searcher
from tracker.tracking.sweep import places_in_turn, sweep_places
from tracker.tracking.target import Target

Locate = Callable[[Frame, Sequence[tuple[Target, Place]]], list[Candidate]]
"""Finds the likeliest place of each object near a given one, as ``Engine._locate`` does."""


def find_again(
    frame: Frame,
    targets: Sequence[Target],
    locate: Locate,
    searcher: Searcher,
    config: TrackerConfig,
) -> None:
    """Search for lost objects, and advance each of them to this frame.

    For ``near_frames`` a peak near the place of loss is enough. Elsewhere, and after a cut, a
    candidate must also look like an exemplar seen before.
    """
    near = [target for target in targets if _is_near(target, config)]
    found = _likely(locate(frame, [(each, each.center) for each in near]), config)
    seen = {candidate.target for candidate in found}
    missing = [target for target in targets if target not in seen]
    best = searcher.best_of_places(frame, [(each, _places(each, config)) for each in missing])
    likely = [(candidate.target, candidate.center) for candidate in _likely(best, config)]
    second_look = _likely(locate(frame, likely), config)
    found += [candidate for candidate in second_look if _is_known(candidate, config)]

    seen = {candidate.target for candidate in found}
    for candidate, box in zip(found, searcher.boxes(found), strict=True):
        score = candidate.target.presence.score(candidate.peak)
        candidate.target.advance(box, score, "uncertain")
    for candidate in best:
        if candidate.target not in seen:
            # An unconfirmed candidate is something else: it cannot score above lost_score.
            score = candidate.target.presence.score(candidate.peak)
            score = round(min(score, config.lost_score), 4)
            candidate.target.advance(candidate.target.trusted, score, "lost")


def _is_near(target: Target, config: TrackerConfig) -> bool:
    """Tell whether an object was lost so recently that it may still be near."""
    return not target.presence.was_cut and target.presence.lost_for <= config.near_frames


def _likely(candidates: Sequence[Candidate], config: TrackerConfig) -> list[Candidate]:
    """Return the candidates whose peaks come near the object's usual peak."""
    return [
        each for each in candidates if each.target.presence.share(each.peak) >= config.found_share
    ]


def _is_known(candidate: Candidate, config: TrackerConfig) -> bool:
    """Tell whether a candidate looks like an exemplar of its object seen before."""
    exemplar = candidate.target.exemplar
    similarity = exemplar.similarity(candidate.features.embedding, candidate.cell)
    return similarity >= config.found_similarity


def _places(target: Target, config: TrackerConfig) -> list[Place]:
    """List where to search in this frame: some places of the sweep, and the place of loss."""
    covered = config.search_size - config.exemplar_size + 1  # crop pixels that a response map spans
    reach = target.search_extent * covered / config.search_size
    places = sweep_places(target.frame_size, reach, target.center)
    turn = target.presence.lost_for - 1
    in_turn = places_in_turn(places, turn, config.sweep_frames, config.sweep_crops)
    return [*in_turn] if _is_near(target, config) else [target.center, *in_turn]
