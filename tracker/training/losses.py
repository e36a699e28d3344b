"""Compute losses: pure functions of network outputs and labels, with their formulas and sources."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor


def balanced_logistic_loss(responses: Tensor, positive: Tensor) -> Tensor:
    """Compute SiamFC's logistic loss, in which both classes of a map have the same weight.

        l(y, v) = log(1 + exp(-y v)),   L = mean over maps of sum_u w[u] l(y[u], v[u])

    with ``w[u] = 1 / (2 * number of cells of u's class)``; in a map with cells of one class only,
    the sum is their mean. Source: Bertinetto et al. 2016, equations 1 to 4; section 3.1 says of the
    weights: "weighted to eliminate class imbalance".

    Args:
        responses: ``(N, n, n)``, v.
        positive: ``(N, n, n)`` bool, true where y is +1 and false where it is -1.

    Returns:
        A scalar >= 0.
    """
    losses = F.softplus(torch.where(positive, -responses, responses))
    of_positive, of_negative = _mean_where(positive, losses), _mean_where(~positive, losses)
    has_both = positive.any((1, 2)) & ~positive.all((1, 2))
    return ((of_positive + of_negative) / (1 + has_both)).mean()


def _mean_where(mask: Tensor, values: Tensor) -> Tensor:
    """Return the mean over the marked cells of each map ``(n, n)``, 0 for a map without any."""
    return (values * mask).sum((1, 2)) / mask.sum((1, 2)).clamp(min=1)


def contrastive_loss(squared_distance: Tensor, same: Tensor, margin: float) -> Tensor:
    """Pull embeddings of the same object together, push others apart up to a margin.

        L = D^2 / 2  where same,   max(0, margin - D)^2 / 2  elsewhere

    Source: Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping",
    2006, equation 4.

    Args:
        squared_distance: D^2 of each pair of embeddings, >= 0, any shape.
        same: bool, whether the pair is of the same object; is broadcast to that shape.
        margin: > 0.

    Returns:
        The loss of each pair, in the shape of ``squared_distance``.
    """
    # The square root has an infinite slope at 0.
    distance = squared_distance.clamp(min=1e-12).sqrt()
    return torch.where(same, squared_distance, F.relu(margin - distance).square()) / 2


def triplet_loss(to_positive: Tensor, to_negative: Tensor, margin: float) -> Tensor:
    """Pull each anchor nearer to its positive than to its negative, by a margin.

        L = max(0, D^2(anchor, positive) - D^2(anchor, negative) + margin)

    Source: Schroff, Kalenichenko and Philbin, "FaceNet", 2015, equation 3.

    Args:
        to_positive: squared distance of each anchor to a positive.
        to_negative: squared distance of each anchor to a negative, same shape.
        margin: > 0; 0.2 in the paper, for embeddings of unit length.

    Returns:
        The loss of each anchor.
    """
    return F.relu(to_positive - to_negative + margin)


class Hardest(NamedTuple):
    """Squared distances of anchors to their hardest examples, each ``(anchors,)``.

    Attributes:
        positive: to the farthest positive, -inf where an anchor has none.
        negative: to the nearest negative, +inf where an anchor has none.
    """

    positive: Tensor
    negative: Tensor


def batch_hard(squared_distance: Tensor, same: Tensor) -> Hardest:
    """Find each anchor's farthest positive and its nearest negative in the batch.

    Source: Hermans, Beyer and Leibe, "In Defense of the Triplet Loss for Person Re-Identification",
    2017, equation 5.

    Args:
        squared_distance: ``(anchors, others)``.
        same: ``(anchors, others)`` bool, which of the others are positives.
    """
    positive = squared_distance.masked_fill(~same, -torch.inf).amax(1)
    negative = squared_distance.masked_fill(same, torch.inf).amin(1)
    return Hardest(positive, negative)


def giou_loss(predicted: Tensor, target: Tensor) -> Tensor:
    """Compute one minus the generalised intersection over union of boxes.

        GIoU = |A n B| / |A u B| - |C \\ (A u B)| / |C|,   C the smallest box around A and B

    Source: Rezatofighi et al., "Generalized Intersection over Union", 2019, algorithm 1.

    Args:
        predicted: ``(..., 4)``, left, top, right, bottom, with ``left <= right`` and
            ``top <= bottom``.
        target: the same, with an area above 0.

    Returns:
        The loss of each box ``(...)``, 0 (the same box) to 2 (far apart).
    """
    hull_corners = (
        torch.minimum(predicted[..., :2], target[..., :2]),
        torch.maximum(predicted[..., 2:], target[..., 2:]),
    )
    hull = _area(*hull_corners)
    intersection, union = intersection_and_union(predicted, target)
    return 1 - (intersection / union - (hull - union) / hull)


def intersection_and_union(boxes: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    """Return the areas ``(...)`` of intersection and union of boxes, given as in ``giou_loss``."""
    intersection = _area(
        torch.maximum(boxes[..., :2], others[..., :2]),
        torch.minimum(boxes[..., 2:], others[..., 2:]),
    )
    union = (
        _area(boxes[..., :2], boxes[..., 2:])
        + _area(others[..., :2], others[..., 2:])
        - intersection
    )
    return intersection, union


def _area(top_left: Tensor, bottom_right: Tensor) -> Tensor:
    return (bottom_right - top_left).clamp(min=0).prod(-1)
