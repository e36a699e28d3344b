"""The settings of training pairs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from tracker.training.augment import AugmentConfig

PairKind = Literal["videos", "stills", "unlabelled", "pasted"]

KINDS: tuple[PairKind, ...] = ("videos", "stills", "unlabelled", "pasted")
"""The kinds of pairs, see ``pairs``; a setting of the same name is the share of each."""


@dataclass(frozen=True)
class PairConfig:
    """What pairs are made of. Ranges of factors are even in the logarithm, others are uniform.

    The shares of kinds that the sources cannot give go to the other kinds.

    Raises:
        ValueError: a value outside the range given beside it.
    """

    videos: float = 0.55  # share of pairs from tracks of videos, >= 0
    stills: float = 0.30  # share from objects of stills, >= 0
    unlabelled: float = 0.08  # share from random regions, >= 0
    pasted: float = 0.07  # share of objects pasted onto other scenes, >= 0
    negatives: float = 0.10  # share of pairs that do not match, 0 to 1
    hard: float = 0.5  # share of negatives sought in the same picture first, 0 to 1
    weights: Mapping[str, float] = field(default_factory=dict)  # factor on a source's share, >= 0
    gaps: tuple[int, ...] = (3, 10, 25)  # most frames between two views, one of these by chance
    max_shift: float = 64.0  # of the object from the search crop's middle, pixels, >= 0
    max_zoom: float = 1.32  # largest change of size in the search crop, >= 1
    max_aspect: float = 1.27  # largest change of width by height there, >= 1
    max_video_aspect: float = 1.13  # the same for frames of videos, which change by themselves
    max_turn: float = 7.0  # largest turn of half the search crops not of videos, degrees, 0 to 45
    exemplar_shift: float = 3.0  # of the object from the exemplar's middle, pixels, >= 0
    exemplar_zoom: float = 1.05  # largest change of size in the exemplar, >= 1
    exemplar_aspect: float = 1.08  # largest change of width by height there, >= 1
    backdrop: float = 0.5  # share of search crops not of videos set into another scene, 0 to 1
    mirrored: float = 0.5  # share of pairs with left and right exchanged in both crops, 0 to 1
    min_side: float = 6.0  # objects with a smaller side, in pixels of the file, are left out, >= 1
    max_cover: float = 0.4  # objects that cover more of their picture are left out, 0 to 1
    proposals: int = 4  # boxes near the object that the box head is to refine, >= 1
    proposal_shift: float = 0.1  # their distance from it, deviation in sides of it, >= 0
    proposal_zoom: float = 0.25  # the same of the logarithms of their sides, >= 0
    cache_bytes: int = 3 << 29  # decoded pictures that each process keeps (1.5 GiB), >= 0
    augment: AugmentConfig = field(default_factory=AugmentConfig)  # changes of the pixels

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            if isinstance(setting.default, float):
                self._check(setting.name, _number(value), "a finite number")
        self._check("proposals", _whole(self.proposals, 1), "a whole number, at least 1")
        for name in (*KINDS, "max_shift", "exemplar_shift", "proposal_shift", "proposal_zoom"):
            self._check(name, getattr(self, name) >= 0, "at least 0")
        for name in ("negatives", "hard", "backdrop", "mirrored", "max_cover"):
            self._check(name, 0 <= getattr(self, name) <= 1, "from 0 to 1")
        for name in (
            "max_zoom",
            "max_aspect",
            "max_video_aspect",
            "exemplar_zoom",
            "exemplar_aspect",
            "min_side",
        ):
            self._check(name, getattr(self, name) >= 1, "at least 1")
        self._check("max_turn", 0 <= self.max_turn <= 45, "from 0 to 45")
        gaps = isinstance(self.gaps, (tuple, list)) and len(self.gaps) > 0
        self._check(
            "gaps",
            gaps and all(_whole(gap, 1) for gap in self.gaps),
            "a list of whole numbers, at least 1",
        )
        object.__setattr__(self, "gaps", tuple(self.gaps))  # a file gives a list
        weights = self.weights.values() if isinstance(self.weights, Mapping) else [None]
        self._check(
            "weights",
            all(_number(weight) and weight >= 0 for weight in weights),
            "a table of finite numbers, at least 0",
        )
        self._check("cache_bytes", _whole(self.cache_bytes, 0), "a whole number, at least 0")

    def _check(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise ValueError(f"setting {name} must be {expected}, got {getattr(self, name)!r}")


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
