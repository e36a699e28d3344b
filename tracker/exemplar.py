"""What to look for: the exemplar, and what is learned about it while it is followed."""

from collections.abc import Callable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracker.boxes import Box, center_and_size
from tracker.config import TrackerConfig
from tracker.crops import Color, crop_squares, exemplar_extent, search_extent
from tracker.frames import Frame
from tracker.kernel import ExemplarKernel, gaussian_label
from tracker.models import Features, TwinNetwork
from tracker.models.heads import refined

FIRST_SHIFTS = ((0, 0), (-3, 2), (3, -2), (2, 3), (-2, -3))
"""Cells by which the object is moved in the samples of the first frame."""
BLUR = 2.0  # deviation of the blurred sample of the first frame, crop pixels
MIN_SIGMA = 0.7  # of a wanted response, cells


class Exemplar:
    """One object as the network knows it.

    Args:
        network: prepared for inference.
        config: settings of the tracker.
        frame: the first frame.
        box: the object in it.
        fill: colour outside the frame.
    """

    def __init__(
        self, network: TwinNetwork, config: TrackerConfig, frame: Frame, box: Box, fill: Color
    ) -> None:
        self._network, self._config, self._fill = network, config, fill
        center, size = center_and_size(box)
        extent = exemplar_extent(*size, config.context_amount)
        crop = crop_squares(frame, center, [extent], config.exemplar_size, fill)
        features = self.extract(crop)
        self._embedding = network.exemplar_part(features.embedding)
        self._parts: Tensor | None = None
        self._kernel: ExemplarKernel | None = None
        if config.box_lr:
            middle = config.exemplar_size / 2
            in_crop = [middle, middle, *(size * config.exemplar_size / extent)]
            self._parts = self._of_parts(features, in_crop)
        if config.kernel_first_steps:
            self._kernel = self._first_kernel(frame, box)

    @torch.inference_mode()
    def extract(self, crops: NDArray[np.uint8]) -> Features:
        """Features of crops ``(N, s, s, 3)``."""
        device = self._network.gain.device
        return self._network.extract(torch.from_numpy(crops).to(device).permute(0, 3, 1, 2).float())

    @torch.inference_mode()
    def respond(self, search: Features) -> NDArray[np.float32]:
        """Response maps ``(N, n, n)`` to the features of N search crops."""
        if self._kernel is None:
            responses = self._network.correlate(self._embedding, search.embedding)
        else:
            responses = self._kernel.respond(search.embedding)
        return responses[:, 0].cpu().numpy()

    @torch.inference_mode()
    def refine(self, search: Features, index: int, box: NDArray[np.float64]) -> NDArray[np.float64]:
        """The box head's opinion on a box ``(cx, cy, w, h)``, in pixels of search crop ``index``.

        Needs ``config.box_lr`` above 0.
        """
        proposal = torch.tensor(box, dtype=torch.float32, device=self._parts.device)[None]
        levels = tuple(level[index : index + 1] for level in search.levels)
        change = self._network.head(self._parts, levels, proposal)
        return refined(proposal, change)[0].cpu().double().numpy()

    @torch.inference_mode()
    def learn(self, frame: Frame, box: Box) -> None:
        """Take the object, as it is in a later frame, into the kernel."""
        if self._kernel is not None:
            self._kernel.learn(*self._sample(frame, box))

    @torch.inference_mode()
    def _of_parts(self, features: Features, box: list[float]) -> Tensor:
        boxes = torch.tensor([box], dtype=torch.float32, device=features.embedding.device)
        return self._network.head.exemplar_parts(features.levels, boxes)

    @torch.inference_mode()
    def _first_kernel(self, frame: Frame, box: Box) -> ExemplarKernel:
        """Learn from the first frame: the object moved about, mirrored, and blurred."""
        samples = [self._sample(frame, box, shift) for shift in FIRST_SHIFTS]
        samples += [self._sample(frame, box, change=change) for change in (_mirrored, _blurred)]
        embeddings, labels = zip(*samples, strict=True)
        return ExemplarKernel(torch.cat(embeddings), torch.cat(labels), self._config)

    def _sample(
        self,
        frame: Frame,
        box: Box,
        shift: tuple[float, float] = (0, 0),
        change: Callable[[Frame], Frame] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The embedding of a search crop in which the object is known, and the response wanted.

        Args:
            frame, box: the object.
            shift: of the object from the crop's middle, in cells.
            change: of the crop's pixels.
        """
        config, stride = self._config, self._network.total_stride
        center, size = center_and_size(box)
        extent = exemplar_extent(*size, config.context_amount)
        extent = search_extent(extent, config.exemplar_size, config.search_size)
        cell = stride * extent / config.search_size  # in frame pixels
        crops = crop_squares(
            frame, center - np.array(shift) * cell, [extent], config.search_size, self._fill
        )
        if change is not None:
            crops = change(crops[0])[None]
        embedding = self.extract(crops).embedding
        height, width = (
            searched - sought + 1
            for searched, sought in zip(embedding.shape[2:], self._embedding.shape[2:], strict=True)
        )
        sigma = np.maximum(config.kernel_sigma * size / cell, MIN_SIGMA)
        label = gaussian_label((height, width), shift, sigma).to(embedding.device)
        return embedding, label


def _mirrored(crop: Frame) -> Frame:
    return np.ascontiguousarray(crop[:, ::-1])


def _blurred(crop: Frame) -> Frame:
    return cv2.GaussianBlur(crop, (0, 0), BLUR)
