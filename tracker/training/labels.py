"""Where a response map should be high: the labels of SiamFC's training.

Cell ``(i, j)`` of a map ``(n, n)`` stands for a displacement of ``((j, i) - (n - 1) / 2) *
total_stride`` pixels from the centre of the search crop, as in ``tracker.tracking.response.displacement``.
"""

import torch
from torch import Tensor

RADIUS = 16.0
"""Cells within this distance of the object's centre are positive: R of the paper, in pixels."""


def distance_to_object(box: Tensor, cells: int, total_stride: int, search_size: int) -> Tensor:
    """How far the place that each cell stands for lies from the object's centre.

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
    """The label +1 of the SiamFC paper, equation 4: cells near the centre of the same object.

    Args:
        distance: ``(N, n, n)`` from ``distance_to_object``.
        same: ``(N,)`` bool: whether exemplar and search show the same object; if not, every cell
            is negative.
        radius: of the positive cells, crop pixels, this distance included.

    Returns:
        ``(N, n, n)`` bool.
    """
    return (distance <= radius) & same[:, None, None]
