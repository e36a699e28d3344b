"""The two sets of the crossing benchmark: which stills become which pairs of look-alikes.

The report and the development set take the same groups of stills and the same pictures for
backgrounds as those of the long-term benchmark. No picture is in both sets.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from long_term_sets import (
    DEVELOPMENT_STILLS,
    REPORT_STILLS,
    in_turn,
    name_of,
    objects_by_group,
    unlabelled,
)

from tracker.synthetic.composited import Crossing, crossing
from tracker.training.annotations import View, read_sources
from tracker.video.pictures import read_image

KINDS = ("twin", "kin")


def report_set(train: Path, pairs: int = 16) -> list[Crossing]:
    """Sequences of so many pairs, each as "twin" and as "kin"."""
    return _crossings(train, REPORT_STILLS, 0, pairs)


def development_set(train: Path, pairs: int = 16) -> list[Crossing]:
    """As many sequences from stills of other groups."""
    return _crossings(train, DEVELOPMENT_STILLS, 1, pairs)


def _crossings(train: Path, groups: tuple[str, ...], seed: int, count: int) -> list[Crossing]:
    sources = read_sources(train)
    pictures = unlabelled(sources, seed)
    pairs = in_turn(_pairs(objects) for objects in objects_by_group(sources, groups))
    rng = np.random.default_rng([seed, 7])
    made = []
    for pair in islice(pairs, count):
        background = read_image(pictures[int(rng.integers(len(pictures)))])
        first, second = ((read_image(view.picture), view.box) for view in pair)
        for kind, other in zip(KINDS, (first, second), strict=True):
            made.append(crossing(name_of(pair[0]), kind, first, other, background, rng))
    return made


def _pairs(objects: Iterator[View]) -> Iterator[tuple[View, View]]:
    """The first two, the next two, and so on; one that is left over is in none."""
    return zip(objects, objects, strict=False)
