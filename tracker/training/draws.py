"""Which objects and pictures a pair is made of: draws from the sources by their weights."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from tracker.boxes import Box
from tracker.errors import DatasetError
from tracker.training.annotations import Source, View

Item = TypeVar("Item")
Generator = np.random.Generator
Track = tuple[View, ...]

TRIES = 20
"""How often a draw is repeated where what was drawn does not fit, before it is given up."""


class Groups(Generic[Item]):
    """Draws a group by its weight, then one of its items evenly.

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
        return sum(map(len, self._groups))

    def draw(self, rng: Generator) -> Item:
        """One item; there must be one."""
        chosen = np.searchsorted(self._limits, rng.uniform(0, self._limits[-1]), side="right")
        items = self._groups[min(int(chosen), len(self._groups) - 1)]
        return items[rng.integers(len(items))]


class Catalogue:
    """The objects and pictures of all sources.

    Args:
        sources: as ``read_sources`` returns them.
        weights: factor on how often a source is drawn, by its name.
        min_side: objects with a smaller side, in pixels of the file, are not learnt.

    Attributes:
        tracks: tracks of videos with at least two views to learn from.
        stills: objects of stills.
        objects: views of both.
        pictures: pictures for regions: the unlabelled ones, or all where there are none.

    Raises:
        DatasetError: a weight for a source that does not exist.
    """

    def __init__(
        self, sources: Sequence[Source], weights: Mapping[str, float], min_side: float
    ) -> None:
        names = [source.name for source in sources]
        for name in weights:
            if name not in names:
                raise DatasetError(f"no source {name!r} to give a weight; there are {names}")
        videos, stills, loose = [], [], []
        self._frames: set[Path] = set()
        self._boxes: dict[Path, list[Box]] = defaultdict(list)
        for source in sources:
            large = [_large(track, min_side) for track in source.tracks]
            for view in (view for track in large for view in track):
                self._boxes[view.picture].append(view.box)
            if source.kind == "videos":
                self._frames.update(view.picture for track in source.tracks for view in track)
                videos.append((source.name, [track for track in large if len(track) > 1]))
            elif source.kind == "stills":
                stills.append((source.name, [track[0] for track in large if track]))
            elif weights.get(source.name, 1) > 0:
                loose.append((source.name, source.pictures))
        views = [(name, [view for track in tracks for view in track]) for name, tracks in videos]
        self.tracks: Groups[Track] = Groups(videos, weights)
        self.stills: Groups[View] = Groups(stills, weights)
        self.objects: Groups[View] = Groups(views + stills, weights)
        self.pictures: Groups[Path] = Groups(loose or _pictures(views + stills), weights)

    def objects_in(self, picture: Path) -> list[Box]:
        """The boxes of all objects to learn from in a picture, in pixels of the file."""
        return self._boxes.get(picture, [])

    def elsewhere(self, groups: Groups[Item], picture: Path, rng: Generator) -> Item | None:
        """Draw a view or a picture that cannot show what ``picture`` shows.

        That is one of another folder (another clip, another group of stills) or, where none is
        drawn, another picture that is not a frame of the same clip; None where there is neither.
        """
        second_best = None
        for _ in range(TRIES if groups else 0):
            drawn = groups.draw(rng)
            path = drawn.picture if isinstance(drawn, View) else drawn
            if path.parent != picture.parent:
                return drawn
            if path != picture and path not in self._frames:
                second_best = drawn
        return second_best


def two_views(track: Track, max_gap: int, rng: Generator) -> tuple[View, View]:
    """Two different views of a track, at most ``max_gap`` views apart, in any order."""
    first = int(rng.integers(len(track)))
    low, high = max(0, first - max_gap), min(len(track) - 1, first + max_gap)
    second = int(rng.integers(low, high))
    return track[first], track[second + (second >= first)]


def random_region(size: tuple[int, int], rng: Generator) -> Box:
    """A box ``x, y, w, h`` somewhere in a picture of a size, to be taken for an object.

    Its width is 0.15 to 0.6 of the picture's shorter side, its height 0.55 to 1.8 of its width.
    """
    width, height = size
    w = rng.uniform(0.15, 0.6) * min(size)
    h = min(w * float(np.exp(rng.uniform(-0.6, 0.6))), 0.8 * height)
    return (rng.uniform(0, width - w), rng.uniform(0, height - h), w, h)


def _large(track: Track, min_side: float) -> Track:
    return tuple(view for view in track if min(view.box[2:]) >= min_side)


def _pictures(groups: list[tuple[str, list[View]]]) -> list[tuple[str, list[Path]]]:
    return [(name, list(dict.fromkeys(view.picture for view in views))) for name, views in groups]
