"""Learning from a teacher: the places that its features are taken at, and their distance."""

from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from tests.training.painted import random_crops, untrained
from tracker.models import load_model
from tracker.training.imitation import (
    LENGTH,
    STUDENT_MARGIN,
    TEACHER_MARGIN,
    _at_cells_of,
    _spread,
    imitation,
)


def test_the_students_features_are_compared_at_the_pixels_that_they_look_at():
    """A teacher whose channels are 1 and, small, its own pixels across and down."""
    pixels = TEACHER_MARGIN + 8 * torch.arange(32)
    rows, columns = torch.meshgrid(1e-4 * pixels, 1e-4 * pixels, indexing="ij")
    ramp = torch.stack([torch.ones(32, 32), columns, rows])[None]
    student = torch.zeros(1, 256, 22, 22)
    found = _at_cells_of(student, ramp, 255, 8)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(1, 22, 22))
    across, down = (1e4 * found[0, 1:] / found[0, :1]).unbind(0)
    looked_at = 43.5 + 8 * torch.arange(22.0)
    torch.testing.assert_close(across, looked_at.expand(22, 22), rtol=0, atol=0.05)
    torch.testing.assert_close(down, looked_at[:, None].expand(22, 22), rtol=0, atol=0.05)


def test_a_cell_of_the_student_is_centred_where_it_is_said_to_be():
    """The pixels that change cell j are 87 around 43.5 + 8 j: found by asking the network."""
    network = untrained("siamfc").eval()
    with torch.no_grad():
        for module in network.modules():  # every pixel counts, none is cut off by a ReLU
            if isinstance(module, torch.nn.Conv2d):
                module.weight.abs_()
                module.bias.fill_(0.1)
    crop = random_crops(1, search=159)[1].requires_grad_()
    cell = 5
    network.embed_search(crop)[0, :, cell, cell].sum().backward()
    seen = crop.grad[0].abs().sum(0).nonzero()
    assert STUDENT_MARGIN + 8 * cell - 87 / 2 <= seen.min()
    assert seen.max() < STUDENT_MARGIN + 8 * cell + 87 / 2
    # Max pooling leaves out some of the pixels at the edges, by chance.
    assert (seen.min(0).values + seen.max(0).values + 1) / 2 == pytest.approx(
        [STUDENT_MARGIN + 8 * cell] * 2, abs=3
    )


def test_the_spread_keeps_all_scalar_products():
    spread = _spread(256, 112)
    torch.testing.assert_close(spread.T @ spread, torch.eye(112), rtol=0, atol=1e-5)
    _spread.cache_clear()
    assert torch.equal(_spread(256, 112), spread)  # in every run


class Fixed:
    """A student that has learned given features."""

    total_stride = 8

    def __init__(self, features):
        self.features = features

    def embed_search(self, search):
        return self.features


@pytest.fixture(scope="module")
def wanted():
    """Two search crops, and what the student is to make of them: the teacher's features, spread.

    Taken with the teacher as it was shipped, not prepared for inference.
    """
    _, search = random_crops(2, search=255)
    with torch.no_grad():
        teacher = load_model("lite").network.eval().embed_search(search)
        # cell j of the student lies between cells j + 4 and j + 5 of the teacher, at 4.625 + j
        between = [teacher[..., i : i + 22, j : j + 22] for i in (4, 5) for j in (4, 5)]
        low, high = 0.375, 0.625
        shares = (low * low, low * high, high * low, high * high)
        at_cells = sum(share * each for share, each in zip(shares, between, strict=True))
        target = F.normalize(at_cells, dim=1)
    return search, torch.einsum("dc,nchw->ndhw", _spread(256, 112), target)


def test_the_loss_is_zero_for_what_the_teacher_sees(wanted):
    search, target = wanted
    loss, measures = imitation(Fixed(LENGTH * target), SimpleNamespace(search=search))
    assert loss == pytest.approx(0, abs=1e-5)
    assert measures["cosine"].tolist() == pytest.approx([1, 1], abs=1e-4)


def test_the_loss_is_the_squared_distance(wanted):
    """Nothing at all is 1 away from features of length 1; the opposite is 2 away, squared 4."""
    search, target = wanted
    batch = SimpleNamespace(search=search)
    assert imitation(Fixed(0 * target), batch)[0] == pytest.approx(1, abs=1e-4)
    loss, measures = imitation(Fixed(-LENGTH * target), batch)
    assert loss == pytest.approx(4, abs=1e-3)
    assert measures["cosine"].tolist() == pytest.approx([-1, -1], abs=1e-4)


def test_gradients_reach_the_student_alone():
    network = untrained("siamfc").train()
    _, search = random_crops(2, search=127, seed=1)
    loss, measures = imitation(network, SimpleNamespace(search=search))
    loss.backward()
    for name, weight in network.backbone.named_parameters():
        assert weight.grad.isfinite().all(), name
        assert weight.grad.any(), name
    assert network.gain.grad is None
    assert measures["cosine"].shape == (2,)
    assert not measures["cosine"].requires_grad
