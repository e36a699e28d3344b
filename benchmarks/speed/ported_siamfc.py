"""SiamFC as the well-known PyTorch ports have it: three scales, crops at whole pixels."""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.frames import Frame
from tracker.models import load_model
from tracker.models.backbones.alexnet import AlexNetBackbone


class PortedSiamFC:
    """Follows one object as the PyTorch ports of the paper's reference code do.

    Crops have whole-pixel corners and are cut from a bordered copy of the frame; the network runs
    in eager float32 as it was trained; all three maps are upsampled before a scale is chosen.

    Args:
        trained: use the shipped weights. With random ones, which take the same time, the box does
            not move, so that crops keep an ordinary size.
    """

    SCALES: NDArray[np.float64] = 1.0375 ** np.array([-1, 0, 1])
    PENALTY, SCALE_LR, WINDOW = 0.9745, 0.59, 0.176
    STRIDE, UPSAMPLING, MAP = 8, 16, 17

    def __init__(self, trained: bool) -> None:
        self._trained = trained
        self._network = load_model("siamfc").network.backbone if trained else AlexNetBackbone()
        self._network.eval()
        hann = np.hanning(self.MAP * self.UPSAMPLING)
        self._window = np.outer(hann, hann) / np.outer(hann, hann).sum()

    @torch.no_grad()
    def init(self, frame: Frame, box: Box) -> None:
        """Start on the box."""
        x, y, w, h = box
        self._center, self._size = np.array([x + w / 2, y + h / 2]), np.array([w, h])
        self._extent = np.sqrt(np.prod(self._size + (w + h) / 2))
        self._growth = 1.0
        self._color = cv2.mean(frame)[:3]
        self._exemplar = self._embed([self._crop(frame, self._extent, 127)])

    @torch.no_grad()
    def update(self, frame: Frame) -> Box:
        """Follow the object into the next frame."""
        extents = self._extent * self._growth * 255 / 127 * self.SCALES
        search = self._embed([self._crop(frame, extent, 255) for extent in extents])
        responses = F.conv2d(search, self._exemplar, groups=len(self._exemplar)) * 0.001
        side = self.MAP * self.UPSAMPLING
        maps = np.stack(
            [
                cv2.resize(each, (side, side), interpolation=cv2.INTER_CUBIC)
                for each in responses[:, 0].numpy()
            ]
        )
        maps[[0, 2]] *= self.PENALTY
        scale = int(maps.max(axis=(1, 2)).argmax())
        response = maps[scale] - maps[scale].min()
        response /= response.sum() + 1e-16
        response = (1 - self.WINDOW) * response + self.WINDOW * self._window
        row, column = np.unravel_index(response.argmax(), response.shape)
        cells = np.array([column, row]) - (side - 1) / 2
        if self._trained:
            self._center += cells * self.STRIDE / self.UPSAMPLING * extents[scale] / 255
            growth = self._growth * (1 + self.SCALE_LR * (self.SCALES[scale] - 1))
            self._growth = np.clip(growth, 0.2, 5)
        size = self._size * self._growth
        (x, y), (w, h) = (self._center - size / 2).tolist(), size.tolist()
        return (x, y, w, h)

    def _embed(self, crops: list[Frame]) -> torch.Tensor:
        """Embed crops."""
        pixels = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float()
        embedding: torch.Tensor = self._network(pixels).embedding
        return embedding

    def _crop(self, frame: Frame, extent: float, size: int) -> Frame:
        """Cut out a square around the object, whole pixels, and resize it."""
        side = round(extent)
        left, top = np.round(self._center - (side - 1) / 2).astype(int)
        height, width = frame.shape[:2]
        border = int(max(0, -left, -top, left + side - width, top + side - height))
        if border:
            bordered = cv2.copyMakeBorder(
                frame, border, border, border, border, cv2.BORDER_CONSTANT, value=self._color
            )
            frame = np.asarray(bordered, np.uint8)
        left, top = left + border, top + border
        crop = cv2.resize(frame[top : top + side, left : left + side], (size, size))
        return np.asarray(crop, np.uint8)
