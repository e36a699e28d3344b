"""Objects in decoded pictures: the one a pair is about, and others to confuse it with."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2

from tracker.boxes import Box, check_box
from tracker.errors import BoxError, DatasetError
from tracker.frames import frame_size
from tracker.training.annotations import Source, View
from tracker.training.draws import TRIES, Catalogue, Generator, random_region, two_views
from tracker.training.pair_config import KINDS, PairConfig
from tracker.training.picture_cache import Picture, PictureCache

_FLAT = 10.0  # standard deviation of grey values under which a region shows nothing to find


class Sight(NamedTuple):
    """An object in a decoded picture; the box ``x, y, w, h`` in its pixels."""

    picture: Picture
    box: Box

    @property
    def cover(self) -> float:
        """The object's area as a share of the picture's."""
        width, height = frame_size(self.picture.pixels)
        return self.box[2] * self.box[3] / (width * height)


class Sights:
    """Draws sights from the sources.

    Every method that reads pictures raises DatasetError where one cannot be read or a box lies
    outside it.

    Args:
        sources: as ``read_sources`` returns them.
        config: the shares of kinds, weights of sources, and which objects are left out.

    Attributes:
        shares: of each of ``KINDS`` that the sources can give; their sum is 1.

    Raises:
        DatasetError: nothing in the sources can be used, or a weight names no source.
    """

    def __init__(self, sources: Sequence[Source], config: PairConfig) -> None:
        self._config = config
        self._catalogue = Catalogue(sources, config.weights, config.min_side)
        self._cache = PictureCache(config.cache_bytes)
        available = {
            "videos": self._catalogue.tracks,
            "stills": self._catalogue.stills,
            "unlabelled": self._catalogue.pictures,
            "pasted": self._catalogue.pictures,
        }
        shares = [getattr(config, kind) if available[kind] else 0.0 for kind in KINDS]
        if sum(shares) == 0:
            raise DatasetError(
                "the sources have nothing to train on: expected objects in at least two frames "
                "of a clip, objects in stills, or unlabelled pictures, of a kind whose share is "
                "above 0"
            )
        self.shares = [share / sum(shares) for share in shares]

    def draw(self, kind: str, rng: Generator) -> tuple[Sight, Sight]:
        """An object for a pair of a kind, seen twice: in two frames, or twice the same."""
        catalogue = self._catalogue
        for _ in range(TRIES):
            if kind == "videos":
                gap = int(rng.choice(self._config.gaps))
                shown, sought = map(self._see, two_views(catalogue.tracks.draw(rng), gap, rng))
            elif kind == "stills":
                shown = sought = self._see(catalogue.stills.draw(rng))
            elif kind == "pasted" and catalogue.objects:
                shown = sought = self._see(catalogue.objects.draw(rng))
            else:
                shown = sought = self._region(self._cache.read(catalogue.pictures.draw(rng)), rng)
            if max(shown.cover, sought.cover) <= self._config.max_cover:
                break
        return shown, sought

    def beside(self, sight: Sight, rng: Generator) -> list[Sight]:
        """The objects of a sight's picture in any order, itself among them, then parts of it.

        A part is a random place of the sight's size.
        """
        picture = sight.picture
        width, height = frame_size(picture.pixels)
        _, _, w, h = sight.box
        objects = [picture.box(box) for box in self._catalogue.objects_in(picture.path)]
        parts = [
            (rng.uniform(0, max(width - w, 0)), rng.uniform(0, max(height - h, 0)), w, h)
            for _ in range(TRIES)
        ]
        boxes = [objects[index] for index in rng.permutation(len(objects))] + parts
        return [Sight(picture, box) for box in boxes]

    def elsewhere(self, picture: Picture, rng: Generator) -> Sight | None:
        """An object that is not in the scene of a picture, or a region where none is known."""
        view = self._catalogue.elsewhere(self._catalogue.objects, picture.path, rng)
        return self.scene(picture, rng) if view is None else self._see(view)

    def scene(self, picture: Picture, rng: Generator) -> Sight | None:
        """A region of another scene than that of a picture; None where there is no other."""
        path = self._catalogue.elsewhere(self._catalogue.pictures, picture.path, rng)
        return None if path is None else self._region(self._cache.read(path), rng)

    def _see(self, view: View) -> Sight:
        picture = self._cache.read(view.picture)
        try:
            check_box(view.box, picture.file_size)
        except BoxError as error:
            raise DatasetError(f"{view.picture}: {error}") from error
        return Sight(picture, picture.box(view.box))

    def _region(self, picture: Picture, rng: Generator) -> Sight:
        """A region that is not a plain surface, if one is found."""
        for _ in range(TRIES):
            box = random_region(frame_size(picture.pixels), rng)
            x, y, w, h = map(int, box)
            grey = cv2.cvtColor(picture.pixels[y : y + h + 1, x : x + w + 1], cv2.COLOR_RGB2GRAY)
            if grey.std() >= _FLAT:
                break
        return Sight(picture, box)
