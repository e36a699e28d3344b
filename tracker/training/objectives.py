"""What training minimises: each objective maps a network and a batch to a loss and measures.

``OBJECTIVES`` names them; another one is a function with the same form and a line there. The loss
is a mean over the pairs of the batch, so that means over equal shares of a batch are its mean.

The metric objectives compare embeddings of unit length, for which ``|a - b|^2 = 2 - 2 cos(a, b)``.
An exemplar's positive is the window of the search embedding at the object. Its negatives are the
window that looks most like it away from the object (a distractor of the same picture), and the
objects of the other pairs of the batch; two pairs of the same object in one batch are rare enough
to be ignored.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from tracker.models import TwinNetwork
from tracker.ops import xcorr
from tracker.training.box_objective import box
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
"""``(N,)`` each: one value per pair, NaN where a pair has none."""

Objective = Callable[[TwinNetwork, Batch], tuple[Tensor, Measures]]
"""Crops as float 0 to 255 in; the loss, a scalar, and measures without gradients out."""

HIT_RADIUS = 20.0  # pixels of the search crop
DISTRACTOR_RADIUS = 40.0  # as near as this to the object a window still shows much of it
CONTRASTIVE_MARGIN = 1.2  # distance; unrelated embeddings are sqrt(2) apart
TRIPLET_MARGIN = 0.2  # squared distance, as in FaceNet


def logistic(network: TwinNetwork, batch: Batch) -> tuple[Tensor, Measures]:
    """SiamFC's own: each cell of the response map tells the object from the rest."""
    responses = network(batch.exemplar, batch.search)[:, 0].float()
    distance = _distance(network, batch, responses)
    loss = balanced_logistic_loss(responses, positive_cells(distance, batch.same))
    return loss, _measures(responses, distance, batch.same)


def contrastive(network: TwinNetwork, batch: Batch) -> tuple[Tensor, Measures]:
    """Contrastive loss over positives, hardest distractors and hardest objects of other pairs."""
    positive, distractor, other, measures = _squared_distances(network, batch)
    different = torch.zeros_like(batch.same)
    losses = torch.stack(
        [
            contrastive_loss(positive, batch.same, CONTRASTIVE_MARGIN),
            contrastive_loss(distractor, different, CONTRASTIVE_MARGIN),
            contrastive_loss(other, different, CONTRASTIVE_MARGIN),
        ]
    )
    return losses.mean(), measures


def triplet(network: TwinNetwork, batch: Batch) -> tuple[Tensor, Measures]:
    """Triplet loss, once against the hardest distractor, once against the hardest other object.

    Pairs of two different objects have no positive and count only as negatives of the others.
    """
    positive, distractor, other, measures = _squared_distances(network, batch)
    losses = torch.stack(
        [
            triplet_loss(positive, negative, TRIPLET_MARGIN) * batch.same
            for negative in (distractor, other)
        ]
    )
    return losses.mean(), measures


OBJECTIVES: dict[str, Objective] = {
    "logistic": logistic,
    "contrastive": contrastive,
    "triplet": triplet,
    "box": box,
    "imitation": imitation,
}


def _squared_distances(
    network: TwinNetwork, batch: Batch
) -> tuple[Tensor, Tensor, Tensor, Measures]:
    """Of each exemplar to its positive, its hardest distractor and the hardest other object."""
    exemplar = network.embed_exemplar(batch.exemplar).float()
    search = network.embed_search(batch.search).float()
    with torch.autocast(search.device.type, enabled=False):  # differences of near values follow
        cosine = cosine_response(exemplar, search)
        distance = _distance(network, batch, cosine)
        near = positive_cells(distance, batch.same, DISTRACTOR_RADIUS)
        distractor = cosine.masked_fill(near, -1).amax((1, 2))

        objects = window_at(search, distance.flatten(1).argmin(1), exemplar.shape[-2:])
        between = F.normalize(exemplar.flatten(1)) @ F.normalize(objects.flatten(1)).mT
        own = torch.eye(len(between), dtype=torch.bool, device=between.device)
        positive, other = batch_hard(2 - 2 * between, own)
    other = other.clamp(max=4)  # a batch of one pair has no others: as far as can be
    return positive, 2 - 2 * distractor, other, _measures(cosine, distance, batch.same)


def cosine_response(exemplar: Tensor, search: Tensor) -> Tensor:
    """Cosine between the exemplar's embedding and each window of the search's.

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
    """Cut from each search embedding the window that one cell of the response stands for.

    Args:
        search: ``(N, C, H, W)``.
        cell: ``(N,)``, counted row by row in the response ``(H - h + 1, W - w + 1)``.
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
    return distance_to_object(
        batch.box, responses.shape[-1], network.total_stride, batch.search.shape[-1]
    )


@torch.no_grad()
def _measures(responses: Tensor, distance: Tensor, same: Tensor) -> Measures:
    """Whether the peak hits the object, and the mean response on it and off it."""
    at_peak = distance.flatten(1).gather(1, responses.flatten(1).argmax(1, keepdim=True))[:, 0]
    hit = (at_peak <= HIT_RADIUS).float().masked_fill(~same, torch.nan)
    positive = positive_cells(distance, same)
    return {
        "hit": hit,
        "positive": responses.masked_fill(~positive, torch.nan).nanmean((1, 2)),
        "negative": responses.masked_fill(positive, torch.nan).nanmean((1, 2)),
    }
