"""Finding lost objects again: where they were, then in the whole frame, a part of it at a time."""

from collections.abc import Sequence

from tracker.config import TrackerConfig
from tracker.frames import Frame
from tracker.tracking.searching import Place, Searcher, Sight
from tracker.tracking.sweep import places_in_turn, sweep_places
from tracker.tracking.target import Target


def find_again(
    frame: Frame, targets: Sequence[Target], searcher: Searcher, config: TrackerConfig
) -> None:
    """Look for objects that are lost, and go on to the next frame with each of them.

    For a while, what answers nearly as the object did, around the place where it was lost, is
    believed to be it. Elsewhere, and after a cut, a candidate must also look like an exemplar seen
    before.
    """
    near = [target for target in targets if _is_near(target, config)]
    found = _likely(searcher.around(frame, [(each, each.center) for each in near]), config)
    seen = {sight.target for sight in found}
    missing = [target for target in targets if target not in seen]
    best = searcher.among(frame, [(each, _places(each, config)) for each in missing])
    candidates = [(sight.target, sight.center) for sight in _likely(best, config)]
    second_look = _likely(searcher.around(frame, candidates), config)
    found += [sight for sight in second_look if _is_known(sight, config)]

    seen = {sight.target for sight in found}
    for sight, box in zip(found, searcher.boxes(found), strict=True):
        sight.target.advance(box, sight.target.presence.score(sight.peak), "uncertain")
    for sight in best:
        if sight.target not in seen:
            # What looks like the object and was not confirmed is not the object.
            score = round(min(sight.target.presence.score(sight.peak), config.lost_score), 4)
            sight.target.advance(sight.target.trusted, score, "lost")


def _is_near(target: Target, config: TrackerConfig) -> bool:
    return not target.presence.was_cut and target.presence.lost_for <= config.near_frames


def _likely(sights: Sequence[Sight], config: TrackerConfig) -> list[Sight]:
    return [
        sight for sight in sights if sight.target.presence.share(sight.peak) >= config.found_share
    ]


def _is_known(sight: Sight, config: TrackerConfig) -> bool:
    similarity = sight.target.exemplar.similarity(sight.features.embedding, sight.cell)
    return similarity >= config.found_similarity


def _places(target: Target, config: TrackerConfig) -> list[Place]:
    """Where to look in this frame: at some places of the sweep, and where the object was."""
    in_crop = config.search_size - config.exemplar_size + 1  # pixels that a response map covers
    reach = target.search_extent * in_crop / config.search_size
    places = sweep_places(target.frame_size, reach, target.center)
    turn = target.presence.lost_for - 1
    in_turn = places_in_turn(places, turn, config.sweep_frames, config.sweep_crops)
    return [*in_turn] if _is_near(target, config) else [target.center, *in_turn]
