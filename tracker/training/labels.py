"""Label where a response map should be high, as in SiamFC's training.

Cell ``(i, j)`` of a map ``(n, n)`` stands for a displacement of ``((j, i) - (n - 1) / 2) *
total_stride`` pixels from the centre of the search crop, as ``displacement`` of
``tracker.tracking.response`` returns it.
"""

import torch
from torch import Tensor

RADIUS = 16.0
"""Cells within this distance of the object's centre are positive: the paper's R, in pixels."""


def distance_to_object(box: Tensor, cells: int, total_stride: int, search_size: int) -> Tensor:
    """Return the distance from each cell's position in the search crop to the object's centre.

    Args:
        box: ``(N, 4)``, the object as ``cx, cy, w, h`` in pixels of the search crop, continuous
            coordinates: the crop reaches from 0 to ``search_size``.
        cells: side of the response map.
        total_stride: crop pixels per cell.
        search_size: side of the search crop, pixels.

    Returns:
        ``(N, cells, cells)``, crop pixels, in the dtype of ``box``.
    """
    offsets = torch.arange(cells, dtype=box.dtype, device=box.device) - (cells - 1) / 2
    places = search_size / 2 + offsets * total_stride
    dx = places[None, None, :] - box[:, 0, None, None]
    dy = places[None, :, None] - box[:, 1, None, None]
    return torch.hypot(dx, dy)


def positive_cells(distance: Tensor, same: Tensor, radius: float = RADIUS) -> Tensor:
    """Mark the cells near the object's centre: label +1 of the SiamFC paper, equation 4.

    Args:
        distance: ``(N, n, n)`` from ``distance_to_object``.
        same: ``(N,)`` bool, whether exemplar and search show the same object; if not, every cell
            is negative.
        radius: largest distance of a positive cell, crop pixels.

    Returns:
        ``(N, n, n)`` bool.
    """
    return (distance <= radius) & same[:, None, None]
