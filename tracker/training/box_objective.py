"""Train the box head to turn proposals near an object into its box."""

import functools

import torch
import torch.nn.functional as F
from torch import Tensor

from tracker.errors import RecipeError
from tracker.models import TwinNetwork, fuse_for_inference
from tracker.models.heads import Levels, change_between, refined
from tracker.training.losses import giou_loss, intersection_and_union
from tracker.training.pairs import Batch

CHANGE_WEIGHT = 2.0  # of the change's loss, beside a weight of 1 for the overlap's
CHANGE_BETA = 0.1  # sides; smaller errors count by their square, larger ones linearly


def box_loss(network: TwinNetwork, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Compute the loss of the box head's changes to proposals.

        L = mean over proposals of GIoU loss(refined box, truth) + CHANGE_WEIGHT * smooth L1(change)

    Smooth L1 as in Girshick, "Fast R-CNN", 2015. Pairs of two different objects count as 0.

    Returns:
        The loss, and the measures "proposed" and "refined": the mean overlap with the truth before
        and after the change.

    Raises:
        RecipeError: the network has no box head.
    """
    head = network.head
    if head is None:
        raise RecipeError(f"expected a network with a box head; got {network.architecture}")
    count, per_pair = batch.proposals.shape[:2]
    proposals = batch.proposals.flatten(0, 1)
    truth = batch.box.repeat_interleave(per_pair, 0)
    parts = head.exemplar_parts(_levels(network, batch.exemplar), batch.exemplar_box)
    change = head(parts, _levels(network, batch.search), proposals).float()
    boxes = refined(proposals, change)

    overlap_loss = giou_loss(_corners(boxes), _corners(truth))
    change_loss = F.smooth_l1_loss(
        change, change_between(proposals, truth), beta=CHANGE_BETA, reduction="none"
    ).mean(1)
    of_pair = (overlap_loss + CHANGE_WEIGHT * change_loss).unflatten(0, (count, per_pair)).mean(1)
    loss = (of_pair * batch.same).mean()
    with torch.no_grad():
        measures = {
            name: _overlap(_corners(each), _corners(truth))
            .unflatten(0, (count, per_pair))
            .mean(1)
            .masked_fill(~batch.same, torch.nan)
            for name, each in (("proposed", proposals), ("refined", boxes))
        }
    return loss, measures


def _levels(network: TwinNetwork, crops: Tensor) -> Levels:
    """Compute what the head reads; by a faster copy of the network if all its trunk is frozen."""
    trained = any(weight.requires_grad for weight in network.backbone.parameters())
    levels = (network if trained else _fused(network)).extract(crops).levels
    return tuple(level.float() for level in levels)  # sampling positions need full precision


@functools.lru_cache(maxsize=1)
def _fused(network: TwinNetwork) -> TwinNetwork:
    """Prepare a copy of a network for inference; kept, as batches of one network follow."""
    return fuse_for_inference(network)


def _corners(boxes: Tensor) -> Tensor:
    """Convert boxes ``(M, 4)`` from ``cx, cy, w, h`` to left, top, right, bottom."""
    return torch.cat([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)


def _overlap(boxes: Tensor, truth: Tensor) -> Tensor:
    intersection, union = intersection_and_union(boxes, truth)
    return intersection / union
