"""Make the two sets of the crossing benchmark: pairs of look-alikes from stills.

Report and development set use the same groups of stills and the same backgrounds as those of the
long-term benchmark. No picture is in both sets.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.long_term.sets import (
    DEVELOPMENT_STILLS,
    REPORT_STILLS,
    in_turn,
    name_of,
    objects_by_group,
    unlabelled,
)
from tracker.synthetic.composited import Crossing, PicturedObject, crossing
from tracker.synthetic.composited.crossing import Likeness
from tracker.training.annotations import Annotation, read_picture_groups
from tracker.video.pictures import read_image

KINDS: tuple[Likeness, ...] = ("twin", "kin")


def report_set(train: Path, pairs: int = 16) -> list[Crossing]:
    """Make two sequences of each pair, a "twin" and a "kin", for the reported numbers."""
    return _crossings(train, REPORT_STILLS, 0, pairs)


def development_set(train: Path, pairs: int = 16) -> list[Crossing]:
    """Make as many sequences from stills of other groups, to choose settings on."""
    return _crossings(train, DEVELOPMENT_STILLS, 1, pairs)


def _crossings(train: Path, groups: tuple[str, ...], seed: int, count: int) -> list[Crossing]:
    """Make the sequences of ``count`` pairs, taken from the groups in turn."""
    picture_groups = read_picture_groups(train)
    pictures = unlabelled(picture_groups, seed)
    pairs = in_turn(_pairs(objects) for objects in objects_by_group(picture_groups, groups))
    rng = np.random.default_rng([seed, 7])
    made = []
    for pair in islice(pairs, count):
        background = read_image(pictures[int(rng.integers(len(pictures)))])
        first, second = (
            PicturedObject(read_image(annotation.picture), annotation.box) for annotation in pair
        )
        for kind, other in zip(KINDS, (first, second), strict=True):
            made.append(crossing(name_of(pair[0]), kind, first, other, background, rng))
    return made


def _pairs(objects: Iterator[Annotation]) -> Iterator[tuple[Annotation, Annotation]]:
    """Pair the first two objects, the next two, and so on; an odd last one is dropped."""
    return zip(objects, objects, strict=False)
