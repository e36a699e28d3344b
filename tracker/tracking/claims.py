"""Separate two tracked objects whose boxes came to one place.

A track can jump to a look-alike that passes in front of its object. Once both are in sight again,
two tracks sit on one of them and none on the other. Either track is tried beside the other; the
one whose move gives the higher sum of peaks moves.
"""

from collections.abc import Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box, overlap
from tracker.config import TrackerConfig
from tracker.tracking.searching import Candidate, Searcher
from tracker.tracking.target import Target


def overlapping_pairs(
    targets: Sequence[Target], boxes: Sequence[Box], config: TrackerConfig
) -> list[tuple[int, int]]:
    """List pairs of objects, by index, whose boxes overlap by more than ``claim_overlap``.

    Two objects whose first boxes did so in the same frame are no such pair: the user wants both.
    """
    if len(targets) < 2:
        return []
    same = np.triu(_conflicts(boxes, config), 1)
    if not same.any():
        return []
    begun = np.array([target.result.frame for target in targets])
    are_one = _conflicts([target.first_box for target in targets], config)
    are_one &= begun[:, np.newaxis] == begun
    return [(one, other) for one, other in np.argwhere(same & ~are_one).tolist()]


def separate_overlapping(
    candidates: Sequence[Candidate],
    boxes: Sequence[Box],
    searcher: Searcher,
    config: TrackerConfig,
) -> tuple[list[Candidate], list[Box]]:
    """Move one object of each overlapping pair beside the other.

    If neither responds beside the other, one may be hidden, and both stay. A size that was measured
    on both of them at once is not believed.

    Returns:
        Candidates and boxes of all objects, in their order.
    """
    candidates, boxes = list(candidates), list(boxes)
    settled: set[int] = set()
    for pair in overlapping_pairs([each.target for each in candidates], boxes, config):
        if not settled.isdisjoint(pair):
            continue
        settled.update(pair)
        moves = _moves([(candidates[index], boxes[index]) for index in pair], searcher, config)
        if moves:
            _, mover, beside = max(moves, key=itemgetter(0))
            candidates[pair[mover]] = beside
        for index in pair:
            boxes[index] = candidates[index].box_of_same_size
    return candidates, boxes


def _moves(
    pair: Sequence[tuple[Candidate, Box]], searcher: Searcher, config: TrackerConfig
) -> list[tuple[float, int, Candidate]]:
    """List the moves that separate a pair: sum of peaks, which one moves, and where to."""
    moves = []
    for mover in (0, 1):
        (candidate, _), (stays, taken) = pair[mover], pair[1 - mover]
        beside = searcher.beside(candidate, taken)
        if beside is not None and _share(beside) >= config.found_share:
            moves.append((_share(stays) + _share(beside), mover, beside))
    return moves


def _conflicts(boxes: Sequence[Box], config: TrackerConfig) -> NDArray[np.bool_]:
    """Tell for each two boxes whether they conflict, ``(N, N)``."""
    conflicts: NDArray[np.bool_] = (
        overlap(np.array(boxes)[:, np.newaxis], boxes) > config.claim_overlap
    )
    return conflicts


def _share(candidate: Candidate) -> float:
    """Return a candidate's peak as a share of the object's usual peak."""
    return candidate.target.presence.share(candidate.peak)
