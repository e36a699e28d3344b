"""Teach a network to embed crops as a trained one does, without labels: knowledge distillation.

A label tells where one object is; the features of a good network describe each of the 484 cells of
a search crop. A network that starts from random weights learns much faster from them (Romero et
al., "FitNets: Hints for Thin Deep Nets", 2015). The similarity is then trained as usual.
"""

import functools
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tracker.models import TwinNetwork, fuse_for_inference, load_model
from tracker.training.pairs import Batch

TEACHER = "lite"
STUDENT = "siamfc"
TEACHER_MARGIN = 6.5  # crop pixels from the edge to the middle of its first cell, SAME padding
STUDENT_MARGIN = 43.5  # the same without padding: half of AlexNet's receptive field of 87
LENGTH = 10.0  # of the student's features; the teacher's have length 1


def imitation(network: TwinNetwork, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Compute the squared distance of a student's search features to the teacher's.

        mean over cells p of |s(p) / LENGTH - Q t(p)|^2

    with s the features of the student, t the teacher's, interpolated at the student's cells, and Q
    a fixed matrix with orthonormal columns, which maps the teacher's 112 channels into the
    student's 256 and keeps all scalar products.

    Returns:
        The loss, and the measure "cosine": the mean cosine similarity of the features.
    """
    student = network.embed_search(batch.search).float() / LENGTH
    with torch.no_grad(), torch.autocast(student.device.type, enabled=False):
        teacher = _teacher(student.device).embed_search(batch.search)
        target = _at_cells_of(student, teacher, batch.search.shape[-1], network.total_stride)
        spread = _spread(student.shape[1], target.shape[1]).to(target.device)
        target = torch.einsum("dc,nchw->ndhw", spread, target)
    error = (student - target).square().sum(1).mean((1, 2))
    cosine = F.cosine_similarity(student.detach(), target).mean((1, 2))
    return error.mean(), {"cosine": cosine}


def _at_cells_of(student: Tensor, teacher: Tensor, side: int, stride: int) -> Tensor:
    """Interpolate the teacher's map where the student's cells are centred; scale to length 1."""
    cells = torch.arange(student.shape[-1], dtype=teacher.dtype, device=teacher.device)
    place = (STUDENT_MARGIN + stride * cells - TEACHER_MARGIN) / stride  # in cells of the teacher
    place = (2 * place + 1) / teacher.shape[-1] - 1  # from -1 to 1, as grid_sample expects
    rows, columns = torch.meshgrid(place, place, indexing="ij")
    grid = torch.stack([columns, rows], -1).expand(len(teacher), -1, -1, -1)
    return F.normalize(F.grid_sample(teacher, grid, align_corners=False), dim=1)


@functools.cache
def _teacher(device: torch.device) -> TwinNetwork:
    """Load the teacher, prepared for inference."""
    return fuse_for_inference(load_model(TEACHER).network).to(device)


@functools.cache
def _spread(wide: int, narrow: int) -> Tensor:
    """Make the matrix Q ``(wide, narrow)`` with orthonormal columns, the same in every run."""
    generator = torch.Generator().manual_seed(0)
    matrix = torch.randn(wide, narrow, generator=generator) / math.sqrt(wide)
    return nn.init.orthogonal_(matrix, generator=generator)
