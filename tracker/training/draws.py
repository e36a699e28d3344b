"""Random choices of the objects and pictures that pairs are made of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.random import Generator

from tracker.boxes import Box
from tracker.errors import DatasetError
from tracker.training.annotations import Annotation, PictureGroup, Track

Item = TypeVar("Item")
Place = TypeVar("Place", Annotation, Path)

TRIES = 20
"""How often a draw is repeated where what was drawn does not fit, before giving up."""


class WeightedGroups(Generic[Item]):
    """Draws a group by its weight, then one of its items with equal chances.

    Args:
        groups: name and items of each group; one without items is never drawn.
        weights: factor on the square root of a group's size, by name; 1 where absent.
    """

    def __init__(
        self, groups: Sequence[tuple[str, Sequence[Item]]], weights: Mapping[str, float]
    ) -> None:
        # With the square root a group ten times larger is drawn three times as often: it has
        # more to show, but must not drown the others.
        mass = [weights.get(name, 1.0) * len(items) ** 0.5 for name, items in groups]
        self._groups = [items for (_, items), m in zip(groups, mass, strict=True) if m > 0]
        self._limits = np.cumsum([m for m in mass if m > 0])

    def __len__(self) -> int:
        """Return the number of items that can be drawn."""
        return sum(map(len, self._groups))

    def draw(self, rng: Generator) -> Item:
        """Draw one item; there must be one."""
        chosen = np.searchsorted(self._limits, rng.uniform(0, self._limits[-1]), side="right")
        items = self._groups[min(int(chosen), len(self._groups) - 1)]
        return items[int(rng.integers(len(items)))]


class Catalogue:
    """The objects and pictures of all groups, sorted by what they can be used for.

    Args:
        groups: as ``read_picture_groups`` returns them.
        weights: factor on how often a group is drawn, by its name.
        min_side: objects with a smaller side, in pixels of the file, are left out.

    Attributes:
        tracks: tracks of videos with at least two usable annotations.
        stills: annotations of stills.
        objects: annotations of videos and stills.
        pictures: pictures to take regions from: the unlabelled ones, or all where there are none.

    Raises:
        DatasetError: a weight names a group that does not exist.
    """

    def __init__(
        self, groups: Sequence[PictureGroup], weights: Mapping[str, float], min_side: float
    ) -> None:
        names = [group.name for group in groups]
        for name in weights:
            if name not in names:
                raise DatasetError(f"no group {name!r} to give a weight; there are {names}")
        videos: list[tuple[str, list[Track]]] = []
        stills: list[tuple[str, list[Annotation]]] = []
        loose: list[tuple[str, Sequence[Path]]] = []
        self._frames: set[Path] = set()
        self._boxes: dict[Path, list[Box]] = defaultdict(list)
        for group in groups:
            large = [_large(track, min_side) for track in group.tracks]
            for annotation in (each for track in large for each in track):
                self._boxes[annotation.picture].append(annotation.box)
            if group.kind == "videos":
                self._frames.update(each.picture for track in group.tracks for each in track)
                videos.append((group.name, [track for track in large if len(track) > 1]))
            elif group.kind == "stills":
                stills.append((group.name, [track[0] for track in large if track]))
            elif weights.get(group.name, 1) > 0:
                loose.append((group.name, group.pictures))
        objects = [(name, [each for track in tracks for each in track]) for name, tracks in videos]
        objects += stills
        self.tracks: WeightedGroups[Track] = WeightedGroups(videos, weights)
        self.stills: WeightedGroups[Annotation] = WeightedGroups(stills, weights)
        self.objects: WeightedGroups[Annotation] = WeightedGroups(objects, weights)
        self.pictures: WeightedGroups[Path] = WeightedGroups(loose or _pictures(objects), weights)

    def objects_in(self, picture: Path) -> list[Box]:
        """Return the boxes of all usable objects in a picture, in pixels of the file."""
        return self._boxes.get(picture, [])

    def elsewhere(
        self, groups: WeightedGroups[Place], picture: Path, rng: Generator
    ) -> Place | None:
        """Draw an annotation or a picture of a scene other than that of ``picture``.

        One of another folder (another clip, another group of stills) is preferred. Where none is
        drawn, it is another picture that is not a frame of the same clip; None where there is
        neither.
        """
        second_best = None
        for _ in range(TRIES if groups else 0):
            drawn = groups.draw(rng)
            path = drawn.picture if isinstance(drawn, Annotation) else drawn
            if path.parent != picture.parent:
                return drawn
            if path != picture and path not in self._frames:
                second_best = drawn
        return second_best


def two_annotations(track: Track, max_gap: int, rng: Generator) -> tuple[Annotation, Annotation]:
    """Draw two different annotations of a track, at most ``max_gap`` apart, in any order."""
    first = int(rng.integers(len(track)))
    low, high = max(0, first - max_gap), min(len(track) - 1, first + max_gap)
    second = int(rng.integers(low, high))
    return track[first], track[second + (second >= first)]


def random_region(size: tuple[int, int], rng: Generator) -> Box:
    """Draw a box ``x, y, w, h`` in a picture of a size, to be used like an object's box.

    Its width is 0.15 to 0.6 of the picture's shorter side, its height 0.55 to 1.8 of its width.
    """
    width, height = size
    w = rng.uniform(0.15, 0.6) * min(size)
    h = min(w * float(np.exp(rng.uniform(-0.6, 0.6))), 0.8 * height)
    return (rng.uniform(0, width - w), rng.uniform(0, height - h), w, h)


def _large(track: Track, min_side: float) -> Track:
    """Return the annotations of a track whose boxes have no smaller side than ``min_side``."""
    return tuple(annotation for annotation in track if min(annotation.box[2:]) >= min_side)


def _pictures(groups: list[tuple[str, list[Annotation]]]) -> list[tuple[str, list[Path]]]:
    """List the pictures of each group of annotations once, in their order."""
    return [(name, list(dict.fromkeys(each.picture for each in items))) for name, items in groups]
