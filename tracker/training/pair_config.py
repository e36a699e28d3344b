"""All settings of training pairs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tracker.settings import Settings, setting
from tracker.training.augment_config import AugmentConfig

PairKind = Literal["videos", "stills", "unlabelled", "pasted"]

KINDS: tuple[PairKind, ...] = ("videos", "stills", "unlabelled", "pasted")
"""The kinds of pairs, see ``pairs``; a setting of the same name is the share of each."""


def _is_whole(value: object, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= low


def _are_gaps(value: object) -> bool:
    return (
        isinstance(value, (tuple, list))
        and len(value) > 0
        and all(_is_whole(gap, low=1) for gap in value)
    )


def _are_weights(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(weight, (int, float))
        and not isinstance(weight, bool)
        and math.isfinite(weight)
        and weight >= 0
        for weight in value.values()
    )


@dataclass(frozen=True)
class PairConfig(Settings):
    """What pairs are made of.

    Random factors are uniform in the logarithm, from 1 / limit to the limit; all else is uniform.
    The shares of kinds that the data cannot give go to the other kinds.

    Raises:
        SettingError: a value of another type or out of its range.
    """

    # kinds
    videos: float = setting(
        0.55, "share of pairs from tracks of videos; higher: more of them", low=0
    )
    stills: float = setting(
        0.30, "share of pairs from objects of stills; higher: more of them", low=0
    )
    unlabelled: float = setting(
        0.08, "share of pairs from random regions; higher: more of them", low=0
    )
    pasted: float = setting(
        0.07, "share of pairs with objects pasted onto other scenes; higher: more of them", low=0
    )
    negatives: float = setting(
        0.10, "share of pairs that do not match; higher: more of them", low=0, high=1
    )
    hard: float = setting(
        0.5,
        "share of negatives sought in the same picture first; higher: more similar surroundings",
        low=0,
        high=1,
    )
    weights: Mapping[str, float] = setting(
        dict,
        "factors on the shares of groups of pictures, by name; higher: drawn more often",
        kind=dict,
        check=_are_weights,
        expected="a table of finite numbers, at least 0",
    )
    gaps: tuple[int, ...] = setting(
        (3, 10, 25),
        "most frames between exemplar and search crop, one of these by chance; higher: the object "
        "changes more",
        check=_are_gaps,
        expected="a list of whole numbers, at least 1",
    )

    # the search crop
    max_shift: float = setting(
        64.0,
        "largest shift of the object from the search crop's middle along each axis, pixels; "
        "higher: learns larger displacements",
        low=0,
    )
    max_zoom: float = setting(
        1.32, "largest factor on its size in the search crop; higher: more variety", low=1
    )
    max_aspect: float = setting(
        1.27, "largest factor on its width / height there; higher: more variety", low=1
    )
    max_video_aspect: float = setting(
        1.13,
        "max_aspect of frames of videos, where it changes by itself; higher: more variety",
        low=1,
    )
    max_turn: float = setting(
        7.0,
        "largest turn of half the search crops not of videos, degrees; higher: turned more",
        low=0,
        high=45,
    )

    # the exemplar
    exemplar_shift: float = setting(
        3.0,
        "largest shift of the object from the exemplar's middle, pixels; higher: less centred",
        low=0,
    )
    exemplar_zoom: float = setting(
        1.05, "largest factor on its size in the exemplar; higher: more variety", low=1
    )
    exemplar_aspect: float = setting(
        1.08, "largest factor on its width / height there; higher: more variety", low=1
    )

    # scenes and objects
    backdrop: float = setting(
        0.5,
        "share of search crops not of videos set into another scene; higher: more of them",
        low=0,
        high=1,
    )
    mirrored: float = setting(
        0.5,
        "share of pairs with left and right exchanged in both crops; higher: more of them",
        low=0,
        high=1,
    )
    min_side: float = setting(
        6.0,
        "objects with a smaller side, pixels of the file, are left out; higher: more are",
        low=1,
    )
    max_cover: float = setting(
        0.4,
        "objects that cover a larger share of their picture are left out; higher: fewer are",
        low=0,
        high=1,
    )

    # boxes to refine
    proposals: int = setting(
        4,
        "boxes near the object for the box head to refine; higher: learns more per pair, slower",
        check=lambda value: _is_whole(value, low=1),
        expected="a whole number, at least 1",
    )
    proposal_shift: float = setting(
        0.1,
        "standard deviation of their shift, as a share of the object's side; higher: farther",
        low=0,
    )
    proposal_zoom: float = setting(
        0.25, "standard deviation of the logarithms of their sides; higher: less alike", low=0
    )

    cache_bytes: int = setting(
        3 << 29,  # 1.5 GiB
        "decoded pictures that each process keeps, bytes; higher: faster, more memory",
        check=lambda value: _is_whole(value, low=0),
        expected="a whole number, at least 0",
    )
    augment: AugmentConfig = field(default_factory=AugmentConfig)  # its settings have their table

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "gaps", tuple(self.gaps))  # a list is allowed, too
