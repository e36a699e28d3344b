"""Views of objects in decoded pictures: those that a pair shows, and others to tell them from."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
from numpy.random import Generator

from tracker.boxes import Box, check_box
from tracker.errors import BoxError, DatasetError
from tracker.frames import frame_size
from tracker.training.annotations import Annotation, PictureGroup
from tracker.training.draws import TRIES, Catalogue, random_region, two_annotations
from tracker.training.pair_config import KINDS, PairConfig, PairKind
from tracker.training.picture_cache import DecodedPicture, PictureCache

_FLAT = 10.0  # standard deviation of grey values below which a region is too plain to be found


class ObjectView(NamedTuple):
    """An object in a decoded picture; the box ``x, y, w, h`` is in its pixels."""

    picture: DecodedPicture
    box: Box

    @property
    def cover(self) -> float:
        """Return the object's area as a share of the picture's."""
        width, height = frame_size(self.picture.pixels)
        return self.box[2] * self.box[3] / (width * height)


class ViewPair(NamedTuple):
    """The same object as the exemplar crop and as the search crop are to show it."""

    exemplar: ObjectView
    search: ObjectView


class ViewSampler:
    """Draws views of objects from groups of pictures.

    Every method that reads pictures raises DatasetError where one cannot be read or a box lies
    outside it.

    Args:
        groups: as ``read_picture_groups`` returns them.
        config: the shares of kinds, weights of groups, and which objects are left out.

    Attributes:
        shares: the share of each of ``KINDS``, 0 for kinds that the groups cannot give; their
            sum is 1.

    Raises:
        DatasetError: nothing in the groups can be used, or a weight names no group.
    """

    def __init__(self, groups: Sequence[PictureGroup], config: PairConfig) -> None:
        self._config = config
        self._catalogue = Catalogue(groups, config.weights, config.min_side)
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
                "there is nothing to train on: expected objects in at least two frames "
                "of a clip, objects in stills, or unlabelled pictures, of a kind whose share is "
                "above 0"
            )
        self.shares = [share / sum(shares) for share in shares]

    def draw(self, kind: PairKind, rng: Generator) -> ViewPair:
        """Draw an object for a pair of a kind: in two frames, or twice the same view."""
        catalogue = self._catalogue
        for _ in range(TRIES):
            if kind == "videos":
                gap = int(rng.choice(self._config.gaps))
                first, second = two_annotations(catalogue.tracks.draw(rng), gap, rng)
                views = ViewPair(self._view(first), self._view(second))
            else:
                view = self._view_in_one_picture(kind, rng)
                views = ViewPair(view, view)
            if max(view.cover for view in views) <= self._config.max_cover:
                break
        return views

    def beside(self, view: ObjectView, rng: Generator) -> list[ObjectView]:
        """List other places of a view's picture: all its objects in any order, then random parts.

        The view itself is among the objects. A part has the size of the view's object.
        """
        picture = view.picture
        width, height = frame_size(picture.pixels)
        _, _, w, h = view.box
        objects = [picture.box(box) for box in self._catalogue.objects_in(picture.path)]
        parts = [
            (rng.uniform(0, max(width - w, 0)), rng.uniform(0, max(height - h, 0)), w, h)
            for _ in range(TRIES)
        ]
        boxes = [objects[index] for index in rng.permutation(len(objects))] + parts
        return [ObjectView(picture, box) for box in boxes]

    def elsewhere(self, picture: DecodedPicture, rng: Generator) -> ObjectView | None:
        """Draw an object of another scene than that of a picture, or a region if there is none.

        Returns:
            The view; None where there is no other scene.
        """
        annotation = self._catalogue.elsewhere(self._catalogue.objects, picture.path, rng)
        return self.scene(picture, rng) if annotation is None else self._view(annotation)

    def scene(self, picture: DecodedPicture, rng: Generator) -> ObjectView | None:
        """Draw a region of another scene than that of a picture; None where there is no other."""
        path = self._catalogue.elsewhere(self._catalogue.pictures, picture.path, rng)
        return None if path is None else self._region(self._cache.read(path), rng)

    def _view_in_one_picture(self, kind: PairKind, rng: Generator) -> ObjectView:
        """Draw an object for a pair that shows one picture twice: annotated, or a region."""
        catalogue = self._catalogue
        if kind == "stills":
            return self._view(catalogue.stills.draw(rng))
        if kind == "pasted" and catalogue.objects:
            return self._view(catalogue.objects.draw(rng))
        return self._region(self._cache.read(catalogue.pictures.draw(rng)), rng)

    def _view(self, annotation: Annotation) -> ObjectView:
        """Read the picture of an annotation and check its box."""
        picture = self._cache.read(annotation.picture)
        try:
            check_box(annotation.box, picture.file_size)
        except BoxError as error:
            raise DatasetError(f"{annotation.picture}: {error}") from error
        return ObjectView(picture, picture.box(annotation.box))

    def _region(self, picture: DecodedPicture, rng: Generator) -> ObjectView:
        """Draw a region of a picture, preferably one that is not a plain surface."""
        for _ in range(TRIES):
            box = random_region(frame_size(picture.pixels), rng)
            x, y, w, h = map(int, box)
            grey = cv2.cvtColor(picture.pixels[y : y + h + 1, x : x + w + 1], cv2.COLOR_RGB2GRAY)
            if grey.std() >= _FLAT:
                break
        return ObjectView(picture, box)
