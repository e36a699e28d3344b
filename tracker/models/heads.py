"""The box head: refines a rough box of the object.

Features are sampled on a grid over the exemplar's box, and on another over a region around a
proposed box in the search crop, each grid scaled with its box. The similarity of every search
sample to every exemplar sample (the pixel-wise correlation of Yan et al., "Alpha-Refine", 2021)
then shows which part of the object lies where, whatever its size and shape. A few convolutions
estimate from it how far centre and sides of the proposal are off.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Levels = tuple[Tensor, ...]
"""Feature maps of a batch of crops, finest first, each ``(N, C, H, W)``."""

LIMIT = 1.0
"""Largest change of a side that ``refined`` applies, as the logarithm of its ratio."""


class BoxHead(nn.Module):
    """Refines proposed boxes.

    Args:
        channels: number of channels of each level.
        strides: crop pixels per cell of each level.
        margins: crop pixels from the edge of the crop to the middle of the first cell.

    Attributes:
        exemplar_grid: samples along a side of the exemplar's region.
        exemplar_region: side of that region, in sides of the exemplar's box.
        search_grid: samples along a side of the search region.
        search_region: side of that region, in sides of the proposed box.
    """

    exemplar_grid = 8
    exemplar_region = 1.25
    search_grid = 12
    search_region = 2.0

    def __init__(
        self, channels: tuple[int, ...], strides: tuple[int, ...], margins: tuple[float, ...]
    ) -> None:
        super().__init__()
        self._cells = tuple(zip(strides, margins, strict=True))
        width, appearance = 64, 32  # channels
        self.norms = nn.ModuleList(nn.BatchNorm2d(count, affine=False) for count in channels)
        self.embed = _conv_norm(sum(channels), width, kernel=1, activation=False)
        self.similarity_norm = nn.BatchNorm2d(self.exemplar_grid**2)
        self.appearance = _conv_norm(width, appearance, kernel=1)
        self.tower = nn.Sequential(
            _conv_norm(self.exemplar_grid**2 + appearance, width),
            _conv_norm(width, width),
            _conv_norm(width, width, stride=2),
        )
        hidden = nn.Linear(width * (self.search_grid // 2) ** 2, 128)
        last = nn.Linear(128, 4)
        self.read_off = nn.Sequential(nn.Flatten(), hidden, nn.ReLU(inplace=True), last)
        nn.init.normal_(last.weight, std=0.01)
        nn.init.zeros_(last.bias)

    def exemplar_parts(self, levels: Levels, box: Tensor) -> Tensor:
        """Embed the samples of exemplars.

        Args:
            levels: feature maps of N exemplar crops.
            box: ``(N, 4)``, the object as ``(cx, cy, w, h)`` in crop pixels.

        Returns:
            ``(N, exemplar_grid ** 2, 64)``, row by row, each sample of unit length.
        """
        parts = self._embed_region(levels, box, self.exemplar_grid, self.exemplar_region)
        return F.normalize(parts, dim=1).flatten(2).transpose(1, 2)

    def forward(self, parts: Tensor, levels: Levels, proposals: Tensor) -> Tensor:
        """Estimate how far proposals are off the object.

        Args:
            parts: ``exemplar_parts`` of N exemplars.
            levels: feature maps of N search crops.
            proposals: ``(N * K, 4)``, K boxes ``(cx, cy, w, h)`` per crop, in crop pixels.

        Returns:
            ``(N * K, 4)``: shift of the centre in widths and heights of the proposal, and the
            logarithms of the ratios of width and height; ``refined`` applies them.
        """
        region = self._embed_region(levels, proposals, self.search_grid, self.search_region)
        parts = parts.repeat_interleave(len(proposals) // len(parts), 0)
        similarity = torch.bmm(parts, F.normalize(region, dim=1).flatten(2))
        similarity = torch.unflatten(similarity, 2, (self.search_grid, self.search_grid))
        both = torch.cat([self.similarity_norm(similarity), self.appearance(region)], 1)
        change: Tensor = self.read_off(self.tower(both))
        return change

    def _embed_region(self, levels: Levels, box: Tensor, grid: int, region: float) -> Tensor:
        samples = [
            norm(sample_boxes(level, box, grid, region, stride, margin))
            for norm, level, (stride, margin) in zip(self.norms, levels, self._cells, strict=True)
        ]
        embedding: Tensor = self.embed(torch.cat(samples, 1))
        return embedding


def refined(proposals: Tensor, change: Tensor) -> Tensor:
    """Apply the changes ``(M, 4)`` of a ``BoxHead`` to proposals ``(M, 4)``, ``(cx, cy, w, h)``."""
    center, size = proposals[:, :2], proposals[:, 2:]
    ratio = torch.exp(change[:, 2:].clamp(-LIMIT, LIMIT))
    return torch.cat([center + change[:, :2] * size, size * ratio], 1)


def change_between(proposals: Tensor, boxes: Tensor) -> Tensor:
    """Return the changes that turn proposals into boxes: the inverse of ``refined``."""
    center, size = proposals[:, :2], proposals[:, 2:]
    return torch.cat([(boxes[:, :2] - center) / size, torch.log(boxes[:, 2:] / size)], 1)


def sample_boxes(
    level: Tensor, boxes: Tensor, grid: int, region: float, stride: int, margin: float
) -> Tensor:
    """Interpolate a feature map on regular grids over boxes.

    Args:
        level: ``(N, C, H, W)``.
        boxes: ``(N * K, 4)``, K boxes ``(cx, cy, w, h)`` per map, in crop pixels.
        grid: samples along a side.
        region: side of the grid, in sides of the box.
        stride: crop pixels per cell of the map.
        margin: cell j of the map is centred on crop pixel ``margin + stride * j``.

    Returns:
        ``(N * K, C, grid, grid)``; beyond the map, its border values are repeated.
    """
    height, width = level.shape[-2:]
    per_map = len(boxes) // len(level)
    steps = ((torch.arange(grid, device=boxes.device) + 0.5) / grid - 0.5) * region
    across = boxes[:, 0, None] + steps * boxes[:, 2, None]
    down = boxes[:, 1, None] + steps * boxes[:, 3, None]
    across = ((across - margin) / stride + 0.5) * 2 / width - 1  # -1 to 1, as grid_sample counts
    down = ((down - margin) / stride + 0.5) * 2 / height - 1
    places = torch.stack(
        [across[:, None, :].expand(-1, grid, -1), down[:, :, None].expand(-1, -1, grid)], -1
    )
    samples = F.grid_sample(
        level,
        places.reshape(len(level), per_map * grid, grid, 2),
        padding_mode="border",
        align_corners=False,
    )
    return torch.unflatten(samples, 2, (per_map, grid)).transpose(1, 2).flatten(0, 1)


def _conv_norm(
    channels: int, out: int, kernel: int = 3, stride: int = 1, activation: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(out),
    ]
    if activation:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)
