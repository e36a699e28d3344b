"""Two objects that are seen at one place: things that look alike and have crossed.

Behind a like object one is followed onto that. Once both are in sight again they are taken for one,
and the other one is beside them. Which of the two goes there is asked of both: of what answers
to the two exemplars at the two places, the better sum.
"""

from collections.abc import Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box, overlap
from tracker.config import TrackerConfig
from tracker.tracking.searching import Searcher, Sight
from tracker.tracking.target import Target


def overlapping_pairs(
    targets: Sequence[Target], boxes: Sequence[Box], config: TrackerConfig
) -> list[tuple[int, int]]:
    """Pairs of objects, by number, whose boxes are of the same place.

    Those that were started at one place, in the same frame, are no such pair.
    """
    if len(targets) < 2:
        return []
    same = np.triu(_overlap_much(boxes, config), 1)
    if not same.any():
        return []
    begun = np.array([target.result.frame for target in targets])
    are_one = _overlap_much([target.first_box for target in targets], config)
    are_one &= begun[:, np.newaxis] == begun
    return [(one, other) for one, other in np.argwhere(same & ~are_one).tolist()]


def separate_overlapping(
    sights: Sequence[Sight], boxes: Sequence[Box], searcher: Searcher, config: TrackerConfig
) -> tuple[list[Sight], list[Box]]:
    """Where objects are, and their boxes, when of two at one place one has gone beside the other.

    Where neither answers beside the other, one may be hidden, and both stay. No size is believed
    that was measured on both of them.
    """
    sights, boxes, settled = list(sights), list(boxes), set()
    for pair in overlapping_pairs([sight.target for sight in sights], boxes, config):
        if not settled.isdisjoint(pair):
            continue
        settled.update(pair)
        ways = _ways([(sights[number], boxes[number]) for number in pair], searcher, config)
        if ways:
            _, goes, beside = max(ways, key=itemgetter(0))
            sights[pair[goes]] = beside
        for number in pair:
            boxes[number] = sights[number].kept
    return sights, boxes


def _ways(
    pair: Sequence[tuple[Sight, Box]], searcher: Searcher, config: TrackerConfig
) -> list[tuple[float, int, Sight]]:
    """How two objects can be told apart: how likely it is, which one goes, and where it is then."""
    ways = []
    for goes in (0, 1):
        (sight, _), (stays, taken) = pair[goes], pair[1 - goes]
        beside = searcher.elsewhere(sight, taken)
        if beside is not None and _share(beside) >= config.found_share:
            ways.append((_share(stays) + _share(beside), goes, beside))
    return ways


def _overlap_much(boxes: Sequence[Box], config: TrackerConfig) -> NDArray[np.bool_]:
    """Whether boxes are of one place, ``(N, N)``."""
    return overlap(np.array(boxes)[:, np.newaxis], boxes) > config.claim_overlap


def _share(sight: Sight) -> float:
    return sight.target.presence.share(sight.peak)
