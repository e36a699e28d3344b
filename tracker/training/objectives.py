"""Objectives that training minimises: functions of a network and a batch.

``OBJECTIVES`` names them; to add one, write a function of the same form and add a line there. Every
loss is a mean over the pairs of the batch, so that processes can share a batch in equal parts and
average their losses.

``contrastive`` and ``triplet`` compare embeddings of unit length, for which
``|a - b|^2 = 2 - 2 cos(a, b)``. An exemplar's positive is the window of the search embedding at the
object. Its negatives are the most similar window away from the object (a distractor in the same
picture) and the objects of the other pairs of the batch; two pairs of the same object in one batch
are rare enough to be ignored.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from tracker.models import TwinNetwork
from tracker.ops import xcorr
from tracker.training.box_objective import box_loss
from tracker.training.imitation import imitation
from tracker.training.labels import distance_to_object, positive_cells
from tracker.training.losses import (
    balanced_logistic_loss,
    batch_hard,
    contrastive_loss,
    triplet_loss,
)
from tracker.training.pairs import Batch

Measures = dict[str, Tensor]
"""What is logged besides the loss, by name: one value per pair ``(N,)``, NaN if it has none."""

Objective = Callable[[TwinNetwork, Batch], tuple[Tensor, Measures]]
"""Takes crops as float, 0 to 255; returns the loss, a scalar, and measures without gradients."""

HIT_RADIUS = 20.0  # search crop pixels between peak and object
DISTRACTOR_RADIUS = 40.0  # search crop pixels; nearer windows still show much of the object
CONTRASTIVE_MARGIN = 1.2  # distance; unrelated embeddings are sqrt(2) apart
TRIPLET_MARGIN = 0.2  # squared distance, as in FaceNet


def logistic(network: TwinNetwork, batch: Batch) -> tuple[Tensor, Measures]:
    """Compute SiamFC's loss: each cell of the response map is classified as object or not."""
    responses = network(batch.exemplar, batch.search)[:, 0].float()
    distance = _distance(network, batch, responses)
    loss = balanced_logistic_loss(responses, positive_cells(distance, batch.same))
    return loss, _measures(responses, distance, batch.same)


def contrastive(network: TwinNetwork, batch: Batch) -> tuple[Tensor, Measures]:
    """Compute the contrastive loss of positives, hardest distractors and hardest other objects."""
    distances, measures = _squared_distances(network, batch)
    different = torch.zeros_like(batch.same)
    losses = torch.stack(
        [
            contrastive_loss(distances.positive, batch.same, CONTRASTIVE_MARGIN),
            contrastive_loss(distances.distractor, different, CONTRASTIVE_MARGIN),
            contrastive_loss(distances.other, different, CONTRASTIVE_MARGIN),
        ]
    )
    return losses.mean(), measures


def triplet(network: TwinNetwork, batch: Batch) -> tuple[Tensor, Measures]:
    """Compute the mean of two triplet losses: of the hardest distractor, the hardest other object.

    Pairs of two different objects have no positive and count only as negatives of other pairs.
    """
    distances, measures = _squared_distances(network, batch)
    losses = torch.stack(
        [
            triplet_loss(distances.positive, negative, TRIPLET_MARGIN) * batch.same
            for negative in (distances.distractor, distances.other)
        ]
    )
    return losses.mean(), measures


OBJECTIVES: dict[str, Objective] = {
    "logistic": logistic,
    "contrastive": contrastive,
    "triplet": triplet,
    "box": box_loss,
    "imitation": imitation,
}


class _SquaredDistances(NamedTuple):
    """Squared distances of exemplars to windows of the search embedding, ``(N,)`` each.

    Attributes:
        positive: to the window at the object.
        distractor: to the nearest window away from it.
        other: to the nearest object of another pair.
    """

    positive: Tensor
    distractor: Tensor
    other: Tensor


def _squared_distances(network: TwinNetwork, batch: Batch) -> tuple[_SquaredDistances, Measures]:
    """Compare each exemplar with its positive, its hardest distractor and other objects."""
    exemplar = network.embed_exemplar(batch.exemplar).float()
    search = network.embed_search(batch.search).float()
    # In bfloat16 the differences of similar values would be lost.
    with torch.autocast(search.device.type, enabled=False):
        cosine = cosine_response(exemplar, search)
        distance = _distance(network, batch, cosine)
        near = positive_cells(distance, batch.same, DISTRACTOR_RADIUS)
        distractor = cosine.masked_fill(near, -1).amax((1, 2))

        height, width = exemplar.shape[-2:]
        objects = window_at(search, distance.flatten(1).argmin(1), (height, width))
        between = F.normalize(exemplar.flatten(1)) @ F.normalize(objects.flatten(1)).mT
        own = torch.eye(len(between), dtype=torch.bool, device=between.device)
        positive, other = batch_hard(2 - 2 * between, own)
    other = other.clamp(max=4)  # the largest distance, for a batch of one pair without others
    distances = _SquaredDistances(positive, 2 - 2 * distractor, other)
    return distances, _measures(cosine, distance, batch.same)


def cosine_response(exemplar: Tensor, search: Tensor) -> Tensor:
    """Compute the cosine between the exemplar's embedding and each window of the search's.

    Args:
        exemplar: ``(N, C, h, w)``.
        search: ``(N, C, H, W)``.

    Returns:
        ``(N, H - h + 1, W - w + 1)``, -1 to 1.
    """
    height, width = exemplar.shape[-2:]
    energy = search.square().sum(1)
    of_window = F.avg_pool2d(energy, (height, width), stride=1) * (height * width)
    of_exemplar = exemplar.square().sum((1, 2, 3))[:, None, None]
    return xcorr(exemplar, search)[:, 0] * (of_window * of_exemplar).clamp(min=1e-12).rsqrt()


def window_at(search: Tensor, cell: Tensor, size: tuple[int, int]) -> Tensor:
    """Cut out of each search embedding the window of one cell of the response.

    Args:
        search: ``(N, C, H, W)``.
        cell: ``(N,)``, index into the flattened response ``(H - h + 1, W - w + 1)``.
        size: ``(h, w)``.

    Returns:
        ``(N, C, h, w)``.
    """
    height, width = size
    across = search.shape[-1] - width + 1
    rows = (cell // across)[:, None] + torch.arange(height, device=cell.device)
    columns = (cell % across)[:, None] + torch.arange(width, device=cell.device)
    sample = torch.arange(len(search), device=cell.device)[:, None, None]
    window = search[sample, :, rows[:, :, None], columns[:, None, :]]  # (N, h, w, C)
    return window.permute(0, 3, 1, 2)


def _distance(network: TwinNetwork, batch: Batch, responses: Tensor) -> Tensor:
    """Return the distance of each cell of the responses to the object, crop pixels."""
    return distance_to_object(
        batch.box, responses.shape[-1], network.total_stride, batch.search.shape[-1]
    )


@torch.no_grad()
def _measures(responses: Tensor, distance: Tensor, same: Tensor) -> Measures:
    """Measure whether the peak hits the object, and the mean response on it and off it."""
    at_peak = distance.flatten(1).gather(1, responses.flatten(1).argmax(1, keepdim=True))[:, 0]
    hit = (at_peak <= HIT_RADIUS).float().masked_fill(~same, torch.nan)
    positive = positive_cells(distance, same)
    return {
        "hit": hit,
        "positive": responses.masked_fill(~positive, torch.nan).nanmean((1, 2)),
        "negative": responses.masked_fill(positive, torch.nan).nanmean((1, 2)),
    }
