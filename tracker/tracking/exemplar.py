"""The exemplar: what to look for, and what is learned about it while it is followed."""

from collections import deque
from collections.abc import Callable
from itertools import product

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tracker.boxes import Box, center_and_size
from tracker.config import TrackerConfig
from tracker.crops import Color, crop_squares, exemplar_extent, search_extent
from tracker.frames import Frame
from tracker.models import Features, TwinNetwork
from tracker.models.inference.extract import extract
from tracker.tracking.learned_filter import LearnedFilter, gaussian_label

FIRST_SHIFTS = ((0, 0), (-3, 2), (3, -2), (2, 3), (-2, -3))
"""Cells by which the object is shifted in the samples of the first frame."""
BLUR = 2.0  # standard deviation of the blur of one sample of the first frame, crop pixels
MIN_SIGMA = 0.7  # least standard deviation of a label, cells: narrower ones fall between cells


class Exemplar:
    """The embedding of one object, and the filter learned from it.

    Args:
        network: prepared for inference.
        config: settings of the tracker.
        frame: the first frame.
        box: the object in it.
        fill: colour outside the frame.

    Attributes:
        parts: of the exemplar, for the box head to compare with; None if it is not used.
    """

    def __init__(
        self, network: TwinNetwork, config: TrackerConfig, frame: Frame, box: Box, fill: Color
    ) -> None:
        self._network, self._config, self._fill = network, config, fill
        center, size = center_and_size(box)
        extent = exemplar_extent(size[0], size[1], config.context_amount)
        features = extract(
            network, crop_squares(frame, center, [extent], config.exemplar_size, fill)
        )
        self._embedding = network.exemplar_part(features.embedding)
        self._memory: deque[Tensor] = deque(maxlen=config.memory_size)
        self.parts: Tensor | None = None
        self._learned: LearnedFilter | None = None
        if config.box_lr:
            middle = config.exemplar_size / 2
            in_crop = [middle, middle, *(size * config.exemplar_size / extent)]
            self.parts = self._embed_parts(features, in_crop)
        if config.filter_first_steps:
            self._learned = self._learn_first(frame, box)

    @property
    def is_learned(self) -> bool:
        """Whether ``filter`` is learned from samples, not the embedding of the first frame."""
        return self._learned is not None

    @property
    def filter(self) -> Tensor:
        """The filter ``(1, C, h, w)`` that search embeddings are correlated with."""
        return self._embedding if self._learned is None else self._learned.filter

    @torch.inference_mode()
    def learn(self, frame: Frame, box: Box, remember: bool) -> None:
        """Learn how the object looks in a later frame.

        Args:
            frame: the frame.
            box: the object in it, ``(x, y, w, h)`` in pixels.
            remember: also keep it among the exemplars that ``similarity`` compares with.
        """
        if self._learned is None and not remember:
            return
        embedding, label = self._sample(frame, box)
        if self._learned is not None:
            self._learned.learn(embedding, label)
        if remember:
            row, column = (side // 2 for side in label.shape[1:])
            self._memory.append(self._at(embedding, row, column).clone())

    @torch.inference_mode()
    def similarity(self, embedding: Tensor, cell: tuple[int, int]) -> float:
        """Return the similarity of a place to the exemplar most like it: the first or a later one.

        Args:
            embedding: of one search crop, ``(1, C, h, w)``.
            cell: the place, as ``(row, column)`` of the response map; its neighbours count too.

        Returns:
            Cosine of the embeddings, -1 to 1.
        """
        exemplars = torch.cat([self._embedding, *self._memory]).flatten(1)
        rows, columns = (
            range(max(middle - 1, 0), min(middle + 1, searched - sought) + 1)
            for middle, searched, sought in zip(
                cell, embedding.shape[2:], self._embedding.shape[2:], strict=True
            )
        )
        places = [self._at(embedding, *place).flatten() for place in product(rows, columns)]
        return float((F.normalize(exemplars) @ F.normalize(torch.stack(places)).T).max())

    def _at(self, embedding: Tensor, row: int, column: int) -> Tensor:
        """Cut out what the exemplar covers of a search embedding at a cell of the response map."""
        height, width = self._embedding.shape[2:]
        return embedding[:, :, row : row + height, column : column + width]

    @torch.inference_mode()
    def _embed_parts(self, features: Features, box: list[float]) -> Tensor | None:
        """Embed the parts of the exemplar's box ``(cx, cy, w, h)`` for the box head."""
        if self._network.head is None:
            return None
        boxes = torch.tensor([box], dtype=torch.float32, device=features.embedding.device)
        return self._network.head.exemplar_parts(features.levels, boxes)

    @torch.inference_mode()
    def _learn_first(self, frame: Frame, box: Box) -> LearnedFilter:
        """Learn from the first frame: the object shifted, mirrored, and blurred."""
        samples = [self._sample(frame, box, shift) for shift in FIRST_SHIFTS]
        samples += [self._sample(frame, box, change=change) for change in (_mirrored, _blurred)]
        embeddings, labels = zip(*samples, strict=True)
        return LearnedFilter(torch.cat(embeddings), torch.cat(labels), self._config)

    def _sample(
        self,
        frame: Frame,
        box: Box,
        shift: tuple[float, float] = (0, 0),
        change: Callable[[Frame], Frame] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Make a sample: the embedding of a search crop, and the label wanted as its response.

        Args:
            frame: the frame.
            box: the object in it.
            shift: of the object from the crop's middle, in cells.
            change: made to the crop's pixels.

        Returns:
            Embedding ``(1, C, h, w)`` and label ``(1, n, n)``.
        """
        config, stride = self._config, self._network.total_stride
        center, size = center_and_size(box)
        extent = exemplar_extent(size[0], size[1], config.context_amount)
        extent = search_extent(extent, config.exemplar_size, config.search_size)
        cell = stride * extent / config.search_size  # in frame pixels
        crops = crop_squares(
            frame, center - np.array(shift) * cell, [extent], config.search_size, self._fill
        )
        if change is not None:
            crops = change(crops[0])[None]
        embedding = extract(self._network, crops).embedding
        height, width = (
            searched - sought + 1
            for searched, sought in zip(embedding.shape[2:], self._embedding.shape[2:], strict=True)
        )
        sigma = np.maximum(config.filter_sigma * size / cell, MIN_SIGMA)
        label = gaussian_label((height, width), shift, (sigma[0], sigma[1])).to(embedding.device)
        return embedding, label


def _mirrored(crop: Frame) -> Frame:
    """Exchange left and right."""
    return np.ascontiguousarray(crop[:, ::-1])


def _blurred(crop: Frame) -> Frame:
    """Blur as motion or bad focus would."""
    return np.asarray(cv2.GaussianBlur(crop, (0, 0), BLUR), np.uint8)
