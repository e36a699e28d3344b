"""Training pairs of an exemplar and a search crop.

``PairSampler`` is the class to read first: it makes one pair, from top to bottom. Its kinds are

- **videos**: two frames of one track (Bertinetto et al., 2016);
- **stills**: one object of one picture, seen twice with different augmentations (Zhu et al.,
  "Distractor-aware Siamese Networks", 2018);
- **unlabelled**: a random region of a picture, transformed in two ways; it needs no box;
- **pasted**: an object cut out and pasted, perhaps blurred by motion, onto another scene.

Some pairs are negatives: their search crop shows another object or another part of the same
picture (hard), or something from another scene (easy).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch.utils.data import Dataset, get_worker_info

from tracker.frames import Frame
from tracker.training import augment
from tracker.training.annotations import PictureGroup
from tracker.training.augment import CropBox
from tracker.training.draws import TRIES
from tracker.training.pair_config import KINDS, PairConfig, PairKind
from tracker.training.picture_cache import DecodedPicture
from tracker.training.regions import CropGeometry, CropPlacement, cut, map_box, reaches
from tracker.training.views import ObjectView, ViewSampler

__all__ = ["Batch", "Pair", "PairConfig", "PairSampler", "collate"]


@dataclass(frozen=True)
class Pair:
    """An exemplar crop and a search crop, with the boxes in them.

    Attributes:
        exemplar: RGB ``(Z, Z, 3)`` uint8.
        search: RGB ``(X, X, 3)`` uint8.
        box: the object in the search crop, ``(cx, cy, w, h)`` float32, in its pixels, continuous:
            the crop's middle is X / 2. In a negative: the box of what is shown instead.
        same: whether the search crop shows the exemplar's object; False for a negative.
        exemplar_box: the object in the exemplar crop, in the form of ``box``.
        proposals: ``(K, 4)`` float32, random boxes near ``box``, such as a tracker proposes.
    """

    exemplar: Frame
    search: Frame
    box: CropBox
    same: bool
    exemplar_box: CropBox
    proposals: NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """N pairs as tensors.

    Attributes:
        exemplar: ``(N, 3, Z, Z)`` uint8.
        search: ``(N, 3, X, X)`` uint8.
        box: ``(N, 4)`` float32, as in ``Pair``.
        same: ``(N,)`` bool.
        exemplar_box: ``(N, 4)`` float32.
        proposals: ``(N, K, 4)`` float32.
    """

    exemplar: torch.Tensor
    search: torch.Tensor
    box: torch.Tensor
    same: torch.Tensor
    exemplar_box: torch.Tensor
    proposals: torch.Tensor


def collate(pairs: Sequence[Pair]) -> Batch:
    """Stack pairs into a batch, for ``torch.utils.data.DataLoader(collate_fn=...)``."""
    return Batch(
        exemplar=_channels_first([pair.exemplar for pair in pairs]),
        search=_channels_first([pair.search for pair in pairs]),
        box=torch.from_numpy(np.stack([pair.box for pair in pairs])),
        same=torch.tensor([pair.same for pair in pairs]),
        exemplar_box=torch.from_numpy(np.stack([pair.exemplar_box for pair in pairs])),
        proposals=torch.from_numpy(np.stack([pair.proposals for pair in pairs])),
    )


class PairSampler(Dataset[Pair]):
    """Makes pairs by number; each depends on the seed and its number alone.

    So pairs do not depend on the number of workers, on the order of reading, or on where a
    training was resumed.

    Args:
        groups: as ``read_picture_groups`` returns them.
        config: what pairs are made of.
        seed: >= 0; another seed gives other pairs.
        exemplar_size: side of the exemplar crop in pixels.
        search_size: side of the search crop in pixels.
        context_amount: see ``TrackerConfig``.
        length: number of pairs.

    Raises:
        DatasetError: nothing in the groups can be used, a weight names no group, or (on
            reading a pair) a picture cannot be read or a box lies outside it.
        ValueError: a negative seed or length, or a shift that does not fit the search crop.
    """

    def __init__(
        self,
        groups: Sequence[PictureGroup],
        config: PairConfig,
        seed: int,
        *,
        exemplar_size: int = 127,
        search_size: int = 255,
        context_amount: float = 0.5,
        length: int,
    ) -> None:
        if seed < 0 or length < 0:
            raise ValueError(f"expected seed and length from 0 on; got {seed} and {length}")
        if config.max_shift > search_size / 2:
            raise ValueError(
                f"expected max_shift up to half the search crop of {search_size} pixels; "
                f"got {config.max_shift:g}"
            )
        self._config = config
        self._seed = seed
        self._length = length
        self._geometry = CropGeometry(exemplar_size, search_size, context_amount)
        self._views = ViewSampler(groups, config)

    def __len__(self) -> int:
        """Return the number of pairs."""
        return self._length

    def __getitem__(self, index: int) -> Pair:
        """Make pair number ``index``, 0 to ``len(self) - 1``."""
        if not 0 <= index < self._length:
            raise IndexError(f"expected a pair from 0 to {self._length - 1}; got {index}")
        if get_worker_info() is not None:
            cv2.setNumThreads(0)  # workers are parallel already; 1 hangs in a forked process
        # The order of the draws below decides what a seed means: changing it changes all pairs.
        rng = np.random.default_rng((self._seed, index))
        config, size = self._config, self._geometry.search_size

        kind = KINDS[int(rng.choice(len(KINDS), p=self._views.shares))]
        views = self._views.draw(kind, rng)
        mirrored = bool(rng.random() < config.mirrored)
        exemplar, exemplar_box = self._exemplar(views.exemplar, mirrored, rng)

        placement = self._search_placement(kind, mirrored, rng)
        negative = rng.random() < config.negatives
        other = self._other(views.search, placement, rng) if negative else None
        target = views.search if other is None else other
        to_crop = self._geometry.map_of(target.box, size, placement)
        box = map_box(to_crop, target.box)

        backdrop = kind == "pasted" or (kind != "videos" and rng.random() < config.backdrop)
        scene = self._scene(views.exemplar.picture, rng) if backdrop else None
        beyond = target.picture.mean if scene is None else scene
        search = cut(target.picture.pixels, to_crop, size, beyond)
        if kind == "pasted" and scene is not None:
            if rng.random() < 0.5:  # the object moves, the scene does not
                search = augment.blur(search, config.augment.blur_width, rng)
            search = augment.paste(scene, search, box, rng.uniform(2, 10))
        if rng.random() < config.augment.distractor:
            search = self._with_distractor(search, box, views.exemplar.picture, rng)
        if rng.random() < config.augment.occlusion:
            search = augment.occlude(search, box, config.augment.occluder, rng)
        exemplar, search = self._degraded(exemplar, search, kind, rng)
        return Pair(exemplar, search, box, other is None, exemplar_box, self._proposals(box, rng))

    def _exemplar(self, view: ObjectView, mirrored: bool, rng: Generator) -> tuple[Frame, CropBox]:
        """Cut out the exemplar crop, and return the object's box in it too."""
        config, size = self._config, self._geometry.exemplar_size
        placement = CropPlacement(
            shift=_shift(config.exemplar_shift, rng),
            zoom=_factor(config.exemplar_zoom, rng),
            aspect=_factor(config.exemplar_aspect, rng),
            mirrored=mirrored,
        )
        to_crop = self._geometry.map_of(view.box, size, placement)
        crop = cut(view.picture.pixels, to_crop, size, view.picture.mean)
        return crop, map_box(to_crop, view.box)

    def _proposals(self, box: CropBox, rng: Generator) -> NDArray[np.float32]:
        """Draw boxes near the object: beside it, and larger, smaller, wider or narrower than it."""
        config = self._config
        count, spread = config.proposals, config.proposal_zoom / math.sqrt(2)
        shift = rng.normal(0, config.proposal_shift, (count, 2)) * math.sqrt(box[2] * box[3])
        zoom = rng.normal(0, spread, (count, 1)) + rng.normal(0, spread, (count, 2))
        size = box[2:] * np.exp(np.clip(zoom, -0.8, 0.8))
        return np.concatenate([box[:2] + shift, size], 1).astype(np.float32)

    def _search_placement(self, kind: PairKind, mirrored: bool, rng: Generator) -> CropPlacement:
        """Draw how the object lies in the search crop; objects of videos turn by themselves."""
        config, natural = self._config, kind == "videos"
        turn = 0.0 if natural or rng.random() < 0.5 else math.radians(config.max_turn)
        return CropPlacement(
            shift=_shift(config.max_shift, rng),
            zoom=_factor(config.max_zoom, rng),
            aspect=_factor(config.max_video_aspect if natural else config.max_aspect, rng),
            turn=rng.uniform(-turn, turn),
            mirrored=mirrored,
        )

    def _other(
        self, view: ObjectView, placement: CropPlacement, rng: Generator
    ) -> ObjectView | None:
        """Draw what a negative shows instead of the object; None where there is nothing else."""
        size = self._geometry.search_size
        if rng.random() < self._config.hard:
            for other in self._views.beside(view, rng):
                to_crop = self._geometry.map_of(other.box, size, placement)
                if not reaches(to_crop, view.box, size):
                    return other
        return self._views.elsewhere(view.picture, rng)

    def _scene(self, picture: DecodedPicture, rng: Generator) -> Frame | None:
        """Cut a search crop from any scene other than a picture's; None where there is none."""
        view, size = self._views.scene(picture, rng), self._geometry.search_size
        if view is None:
            return None
        # Closer than an object, because most pictures would not fill the crop otherwise.
        to_crop = self._geometry.map_of(view.box, size, CropPlacement(zoom=2.0))
        return cut(view.picture.pixels, to_crop, size, view.picture.mean)

    def _with_distractor(
        self, search: Frame, box: CropBox, picture: DecodedPicture, rng: Generator
    ) -> Frame:
        """Paste an object of another scene into a search crop, beside the object in ``box``."""
        other, size = self._views.elsewhere(picture, rng), self._geometry.search_size
        if other is None:
            return search
        for _ in range(TRIES):
            placement = CropPlacement(_shift(size / 2, rng), _factor(self._config.max_zoom, rng))
            to_crop = self._geometry.map_of(other.box, size, placement)
            pasted = map_box(to_crop, other.box)
            if _apart(box, pasted):
                above = cut(other.picture.pixels, to_crop, size, other.picture.mean)
                return augment.paste(search, above, pasted, rng.uniform(2, 10))
        return search

    def _degraded(
        self, exemplar: Frame, search: Frame, kind: PairKind, rng: Generator
    ) -> tuple[Frame, Frame]:
        """Change colours and sharpness of both crops by chance; grey only both together."""
        config = self._config.augment
        if rng.random() < config.grey:
            exemplar, search = augment.without_colour(exemplar), augment.without_colour(search)
        strength = config.video_colour if kind == "videos" else 1.0
        return (
            augment.degrade(exemplar, config, strength * config.exemplar_colour, rng),
            augment.degrade(search, config, strength, rng),
        )


def _shift(largest: float, rng: Generator) -> tuple[float, float]:
    """Draw a shift right and down, each from ``-largest`` to ``largest``."""
    right, down = rng.uniform(-largest, largest, 2).tolist()
    return right, down


def _factor(largest: float, rng: Generator) -> float:
    """Draw a factor from ``1 / largest`` to ``largest``, with an even logarithm."""
    return float(largest ** rng.uniform(-1, 1))


def _apart(box: CropBox, other: CropBox) -> bool:
    """Return whether two boxes ``cx, cy, w, h`` do not overlap."""
    return bool((np.abs(box[:2] - other[:2]) >= (box[2:] + other[2:]) / 2).any())


def _channels_first(crops: Sequence[Frame]) -> torch.Tensor:
    """Stack crops ``(size, size, 3)`` to a tensor ``(N, 3, size, size)``."""
    return torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).copy())
