"""The box objective: its value by hand, what counts, and what it trains."""

import math

import pytest
import torch

from tests.training.painted import random_crops, untrained
from tracker.models import fuse_for_inference
from tracker.training import box_objective
from tracker.training.box_objective import box_loss
from tracker.training.freezing import set_trainable
from tracker.training.pairs import Batch


@pytest.fixture
def network():
    """A lite whose head says of every proposal that it is right."""
    network = untrained("lite").eval()
    torch.nn.init.zeros_(network.head.read_off[-1].weight)
    return network


def a_batch(proposals, truth, same=None):
    """Pairs of noise with given boxes: ``(N, K, 4)`` and ``(N, 4)``."""
    count = len(truth)
    exemplar, search = random_crops(count)
    return Batch(
        exemplar=exemplar,
        search=search,
        box=truth,
        same=torch.ones(count, dtype=torch.bool) if same is None else torch.tensor(same),
        exemplar_box=torch.tensor([32.0, 32, 20, 24]).repeat(count, 1),
        proposals=proposals,
    )


TRUTH = torch.tensor([[60.0, 66, 20, 30], [70.0, 55, 32, 16]])


def test_right_proposals_left_alone_cost_nothing(network):
    loss, measures = box_loss(network, a_batch(TRUTH[:, None].repeat(1, 3, 1), TRUTH))
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert measures["proposed"].tolist() == measures["refined"].tolist() == pytest.approx([1, 1])


def test_the_loss_by_hand(network):
    """One proposal twice as wide and half a side off, one right; nothing is changed of either."""
    cx, cy, w, h = TRUTH[0].tolist()
    false = torch.tensor([cx + w, cy, 2 * w, h])
    loss, measures = box_loss(network, a_batch(torch.stack([false, TRUTH[0]])[None], TRUTH[:1]))
    # From -w/2 to w/2 and from 0 to 2 w: w/2 in common, 2.5 w together, which is also the hull.
    overlap_loss = 1 - 0.5 / 2.5
    # Half a side to the left, and half the width; each beyond beta = 0.1, counted linearly.
    change_loss = (0.5 - 0.05 + math.log(2) - 0.05) / 4
    assert loss.item() == pytest.approx((overlap_loss + 2 * change_loss) / 2, rel=1e-5)
    assert measures["proposed"].item() == pytest.approx((0.2 + 1) / 2)
    assert measures["refined"].item() == pytest.approx((0.2 + 1) / 2)


def test_the_change_that_is_asked_for_makes_the_loss_zero(network):
    """All proposals of the batch are wrong in the same way, and the head says how."""
    with torch.no_grad():
        network.head.read_off[-1].bias.copy_(torch.tensor([0.1, -0.2, -0.3, 0.25]))
    size = TRUTH[:, 2:] / torch.exp(torch.tensor([-0.3, 0.25]))
    center = TRUTH[:, :2] - torch.tensor([0.1, -0.2]) * size
    proposals = torch.cat([center, size], 1)[:, None]
    loss, measures = box_loss(network, a_batch(proposals, TRUTH))
    assert loss.item() == pytest.approx(0, abs=1e-5)
    assert measures["refined"].tolist() == pytest.approx([1, 1], abs=1e-5)
    assert max(measures["proposed"].tolist()) < 0.7


def test_pairs_of_two_objects_count_as_nothing(network):
    proposals = TRUTH[:, None] + torch.tensor([[[5.0, 0, 4, 0]]])
    both, _ = box_loss(network, a_batch(proposals, TRUTH))
    first, measures = box_loss(network, a_batch(proposals, TRUTH, same=(True, False)))
    second, _ = box_loss(network, a_batch(proposals, TRUTH, same=(False, True)))
    assert (first + second).item() == pytest.approx(2 * both.item() / 2, rel=1e-5)
    assert first > 0
    assert second > 0
    assert [value.isnan().tolist() for value in measures.values()] == [[False, True]] * 2
    neither, _ = box_loss(network, a_batch(proposals, TRUTH, same=(False, False)))
    assert neither.item() == 0


def test_gradients_reach_all_of_the_head_and_nothing_of_a_frozen_trunk():
    network = untrained("lite")
    set_trainable(network, 11, "stored")
    proposals = TRUTH[:, None] + torch.tensor([[[5.0, 0, 4, 0], [-3.0, 4, 0, -5]]])
    before = {name: value.clone() for name, value in network.backbone.state_dict().items()}
    loss, measures = box_loss(network, a_batch(proposals, TRUTH))
    loss.backward()
    for name, weight in network.head.named_parameters():
        assert weight.grad.isfinite().all(), name
        assert weight.grad.any(), name
    assert all(weight.grad is None for weight in network.backbone.parameters())
    after = network.backbone.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not any(values.requires_grad for values in measures.values())


@pytest.mark.parametrize(("freeze", "copies"), [(11, 1), (10, 0)])
def test_only_a_trunk_that_stays_is_copied_for_speed(monkeypatch, freeze, copies):
    """And copied once: batches follow each other."""
    made = []
    monkeypatch.setattr(
        box_objective,
        "fuse_for_inference",
        lambda network: made.append(network) or fuse_for_inference(network),
    )
    box_objective._fused.cache_clear()
    network = untrained("lite")
    set_trainable(network, freeze, "stored")
    losses = []
    for _ in range(2):
        network.head.eval()
        losses.append(box_loss(network, a_batch(TRUTH[:, None] + 2.0, TRUTH))[0])
    assert made == [network] * copies
    assert losses[0].item() == pytest.approx(losses[1].item())
    losses[0].backward()
    last = network.backbone.blocks[-1].project[0].weight
    assert (last.grad is not None) == (copies == 0)
    box_objective._fused.cache_clear()


def test_the_copy_for_speed_changes_nothing(network):
    proposals = TRUTH[:, None] + 2.0
    torch.nn.init.normal_(network.head.read_off[-1].weight, std=0.1)
    plain = box_loss(network, a_batch(proposals, TRUTH))[0].item()
    network.backbone.requires_grad_(False)
    assert box_loss(network, a_batch(proposals, TRUTH))[0].item() == pytest.approx(plain, rel=1e-3)
