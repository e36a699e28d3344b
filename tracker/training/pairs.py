"""Pairs of an exemplar and a search crop, the food of a twin network.

``PairSampler`` is the page to read: one pair, from top to bottom. Its kinds are

- **videos**: two frames of one track (Bertinetto et al., 2016);
- **stills**: one object of one picture, seen twice with different augmentations (Zhu et al.,
  "Distractor-aware Siamese Networks", 2018);
- **unlabelled**: a random region of a picture and its transformed self, no box needed;
- **pasted**: an object cut out and laid, perhaps blurred by motion, on another scene.

Some pairs are negatives: their search crop shows another object or another part of the same
picture (hard), or something from elsewhere (easy).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset, get_worker_info

from tracker.frames import Frame
from tracker.training import augment
from tracker.training.annotations import Source
from tracker.training.draws import TRIES, Generator
from tracker.training.pair_config import KINDS, PairConfig
from tracker.training.picture_cache import Picture
from tracker.training.regions import CropGeometry, Placement, cut, map_box, reaches
from tracker.training.sights import Sight, Sights

__all__ = ["Batch", "Pair", "PairConfig", "PairSampler", "collate"]


@dataclass(frozen=True)
class Pair:
    """One pair.

    Attributes:
        exemplar: RGB ``(Z, Z, 3)`` uint8.
        search: RGB ``(X, X, 3)`` uint8.
        box: the object in the search crop, ``(cx, cy, w, h)`` float32, in its pixels, continuous:
            the crop's middle is X / 2. Of a negative: what was taken in the object's place.
        same: whether the search crop shows the exemplar's object; False for a negative.
        exemplar_box: the object in the exemplar crop, as ``box``.
        proposals: ``(K, 4)`` float32, boxes near ``box``, as a tracker expects the object.
    """

    exemplar: Frame
    search: Frame
    box: NDArray[np.float32]
    same: bool
    exemplar_box: NDArray[np.float32]
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
    """Stack pairs to a batch, for ``torch.utils.data.DataLoader(collate_fn=...)``."""
    return Batch(
        exemplar=_channels_first([pair.exemplar for pair in pairs]),
        search=_channels_first([pair.search for pair in pairs]),
        box=torch.from_numpy(np.stack([pair.box for pair in pairs])),
        same=torch.tensor([pair.same for pair in pairs]),
        exemplar_box=torch.from_numpy(np.stack([pair.exemplar_box for pair in pairs])),
        proposals=torch.from_numpy(np.stack([pair.proposals for pair in pairs])),
    )


class PairSampler(Dataset):
    """Pairs by number: each is a function of seed and number alone.

    So pairs do not depend on the number of workers, on the order of reading, or on where a
    training went on.

    Args:
        sources: as ``read_sources`` returns them.
        config: what pairs are made of.
        seed: >= 0; another seed gives other pairs.
        exemplar_size: side of the exemplar crop in pixels.
        search_size: side of the search crop in pixels.
        context_amount: see ``TrackerConfig``.
        length: number of pairs.

    Raises:
        DatasetError: nothing in the sources can be used, a weight names no source, or (on
            reading a pair) a picture cannot be read or a box lies outside it.
        ValueError: a negative seed or length, or a shift that does not fit the search crop.
    """

    def __init__(
        self,
        sources: Sequence[Source],
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
        self._sights = Sights(sources, config)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Pair:
        """Pair number ``index``, 0 to ``len(self) - 1``."""
        if not 0 <= index < self._length:
            raise IndexError(f"expected a pair from 0 to {self._length - 1}; got {index}")
        if get_worker_info() is not None:
            cv2.setNumThreads(0)  # workers are parallel already; 1 hangs in a forked process
        rng = np.random.default_rng((self._seed, index))
        config, size = self._config, self._geometry.search_size

        kind = str(rng.choice(KINDS, p=self._sights.shares))
        shown, sought = self._sights.draw(kind, rng)
        mirrored = bool(rng.random() < config.mirrored)
        exemplar, exemplar_box = self._exemplar(shown, mirrored, rng)

        place = self._search_placement(kind, mirrored, rng)
        other = self._other(sought, place, rng) if rng.random() < config.negatives else None
        same = other is None
        target = sought if same else other
        to_crop = self._geometry.map_of(target.box, size, place)
        box = map_box(to_crop, target.box)

        backdrop = kind == "pasted" or (kind != "videos" and rng.random() < config.backdrop)
        scene = self._scene(shown.picture, rng) if backdrop else None
        beyond = target.picture.mean if scene is None else scene
        search = cut(target.picture.pixels, to_crop, size, beyond)
        if kind == "pasted" and scene is not None:
            if rng.random() < 0.5:  # the object moves, the scene does not
                search = augment.blur(search, config.augment.blur_width, rng)
            search = augment.paste(scene, search, box, rng.uniform(2, 10))
        if rng.random() < config.augment.distractor:
            search = self._with_distractor(search, box, shown.picture, rng)
        if rng.random() < config.augment.occlusion:
            search = augment.occlude(search, box, config.augment.occluder, rng)
        exemplar, search = self._degraded(exemplar, search, kind, rng)
        return Pair(exemplar, search, box, same, exemplar_box, self._proposals(box, rng))

    def _exemplar(
        self, shown: Sight, mirrored: bool, rng: Generator
    ) -> tuple[Frame, NDArray[np.float32]]:
        config, size = self._config, self._geometry.exemplar_size
        place = Placement(
            shift=_shift(config.exemplar_shift, rng),
            zoom=_factor(config.exemplar_zoom, rng),
            aspect=_factor(config.exemplar_aspect, rng),
            mirrored=mirrored,
        )
        to_crop = self._geometry.map_of(shown.box, size, place)
        crop = cut(shown.picture.pixels, to_crop, size, shown.picture.mean)
        return crop, map_box(to_crop, shown.box)

    def _proposals(self, box: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
        """Boxes near the object: beside it, and larger, smaller, wider or narrower than it."""
        config = self._config
        count, spread = config.proposals, config.proposal_zoom / math.sqrt(2)
        shift = rng.normal(0, config.proposal_shift, (count, 2)) * math.sqrt(box[2] * box[3])
        zoom = rng.normal(0, spread, (count, 1)) + rng.normal(0, spread, (count, 2))
        size = box[2:] * np.exp(np.clip(zoom, -0.8, 0.8))
        return np.concatenate([box[:2] + shift, size], 1).astype(np.float32)

    def _search_placement(self, kind: str, mirrored: bool, rng: Generator) -> Placement:
        config, natural = self._config, kind == "videos"
        turn = 0.0 if natural or rng.random() < 0.5 else math.radians(config.max_turn)
        return Placement(
            shift=_shift(config.max_shift, rng),
            zoom=_factor(config.max_zoom, rng),
            aspect=_factor(config.max_video_aspect if natural else config.max_aspect, rng),
            turn=rng.uniform(-turn, turn),
            mirrored=mirrored,
        )

    def _other(self, sought: Sight, place: Placement, rng: Generator) -> Sight | None:
        """What a negative shows instead of the object; None where there is nothing else."""
        size = self._geometry.search_size
        if rng.random() < self._config.hard:
            for other in self._sights.beside(sought, rng):
                to_crop = self._geometry.map_of(other.box, size, place)
                if not reaches(to_crop, sought.box, size):
                    return other
        return self._sights.elsewhere(sought.picture, rng)

    def _scene(self, picture: Picture, rng: Generator) -> Frame | None:
        """A search crop of any scene other than that of a picture; None where there is none."""
        sight, size = self._sights.scene(picture, rng), self._geometry.search_size
        if sight is None:
            return None
        # Closer than an object, or most pictures would not fill the crop.
        to_crop = self._geometry.map_of(sight.box, size, Placement(zoom=2.0))
        return cut(sight.picture.pixels, to_crop, size, sight.picture.mean)

    def _with_distractor(
        self, search: Frame, box: NDArray[np.float32], picture: Picture, rng: Generator
    ) -> Frame:
        """A search crop with an object of another scene pasted beside the one in ``box``."""
        other, size = self._sights.elsewhere(picture, rng), self._geometry.search_size
        if other is None:
            return search
        for _ in range(TRIES):
            place = Placement(_shift(size / 2, rng), _factor(self._config.max_zoom, rng))
            to_crop = self._geometry.map_of(other.box, size, place)
            pasted = map_box(to_crop, other.box)
            if _apart(box, pasted):
                above = cut(other.picture.pixels, to_crop, size, other.picture.mean)
                return augment.paste(search, above, pasted, rng.uniform(2, 10))
        return search

    def _degraded(
        self, exemplar: Frame, search: Frame, kind: str, rng: Generator
    ) -> tuple[Frame, Frame]:
        config = self._config.augment
        if rng.random() < config.grey:
            exemplar, search = augment.without_colour(exemplar), augment.without_colour(search)
        strength = config.video_colour if kind == "videos" else 1.0
        return (
            augment.degrade(exemplar, config, strength * config.exemplar_colour, rng),
            augment.degrade(search, config, strength, rng),
        )


def _shift(largest: float, rng: Generator) -> tuple[float, float]:
    right, down = rng.uniform(-largest, largest, 2).tolist()
    return right, down


def _factor(largest: float, rng: Generator) -> float:
    """Between ``1 / largest`` and ``largest``, even in the logarithm."""
    return largest ** rng.uniform(-1, 1)


def _apart(box: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Whether two boxes ``cx, cy, w, h`` do not overlap."""
    return bool((np.abs(box[:2] - other[:2]) >= (box[2:] + other[2:]) / 2).any())


def _channels_first(crops: Sequence[Frame]) -> torch.Tensor:
    return torch.from_numpy(np.stack(crops).transpose(0, 3, 1, 2).copy())
