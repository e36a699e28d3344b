"""Learning rate, weight decay, averaging, freezing."""

import math

import pytest
import torch
from torch import nn

from tests.training.painted import random_crops, untrained
from tracker.training.config import TRUNK_PARTS, TrainingConfig
from tracker.training.freezing import leading_parts, set_trainable
from tracker.training.schedule import (
    learning_rate_share,
    make_optimizer,
    set_learning_rate,
    update_average,
)


def test_the_learning_rate_rises_then_falls_along_a_cosine():
    config = TrainingConfig(pairs=1040, batch_size=10, warmup=40, final_learning_rate=0.2)
    shares = [learning_rate_share(step, config) for step in range(config.steps)]
    assert shares[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert shares[4 + 50] == pytest.approx((1 + 0.2) / 2)  # half-way down
    assert shares[4 + 25] == pytest.approx(0.2 + 0.8 * (1 + math.sqrt(0.5)) / 2)
    assert shares[-1] == pytest.approx(0.2, abs=1e-3)
    assert shares[4:] == sorted(shares[4:], reverse=True)


def test_without_warmup_the_first_step_has_the_full_rate():
    assert learning_rate_share(0, TrainingConfig(warmup=0)) == 1


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_groups_of_weights(optimizer):
    config = TrainingConfig(
        optimizer=optimizer, learning_rate=0.01, trunk_learning_rate=0.5, weight_decay=0.1
    )
    network = untrained("siamfc")
    made = make_optimizer(network, config)
    set_learning_rate(made, 0.1)
    of = {id(weight): group for group in made.param_groups for weight in group["params"]}
    assert len(of) == len(list(network.parameters()))
    convolution, gain = network.backbone.layers[0], of[id(network.gain)]
    assert of[id(convolution.weight)]["lr"] == pytest.approx(0.0005)
    assert of[id(convolution.weight)]["weight_decay"] == 0.1
    assert of[id(convolution.bias)]["weight_decay"] == 0
    assert gain["lr"] == pytest.approx(0.001)
    assert gain["weight_decay"] == 0


def test_the_average_moves_by_one_minus_the_decay():
    average, network = nn.BatchNorm1d(1), nn.BatchNorm1d(1)
    network.weight.data.fill_(3.0)
    network.num_batches_tracked.fill_(7)
    update_average(average, network, decay=0.75, step=1000)
    assert average.weight.item() == pytest.approx(1.5)
    assert average.num_batches_tracked == 7
    update_average(average, network, decay=0.999, step=0)  # early on it follows fast
    assert average.weight.item() == pytest.approx(3 - 1.5 * 0.1)
    update_average(average, network, decay=0.0, step=5)
    assert average.weight.item() == 3


@pytest.mark.parametrize(("architecture", "parts"), TRUNK_PARTS.items())
def test_every_layer_that_learns_is_in_one_part(architecture, parts):
    network = untrained(architecture)
    found = leading_parts(network)
    assert len(found) == parts
    layers = [layer for part in found for layer in part]
    weights = [id(weight) for layer in layers for weight in layer.parameters()]
    assert sorted(weights) == sorted(id(weight) for weight in network.backbone.parameters())


def test_frozen_parts_keep_weights_and_statistics_and_need_no_gradients():
    network = untrained("lite")
    set_trainable(network, freeze=5, batch_norm="batch")
    frozen = [network.backbone.stem, *network.backbone.blocks[:5]]
    assert not any(weight.requires_grad for part in frozen for weight in part.parameters())
    assert not any(module.training for part in frozen for module in part.modules())
    others = network.backbone.blocks[5:]
    assert all(weight.requires_grad for weight in others.parameters())
    assert all(module.training for module in others.modules())

    before = {name: value.clone() for name, value in network.state_dict().items()}
    crops, _ = random_crops(2)
    assert not network.backbone.blocks[:5](network.backbone.stem(crops)).requires_grad
    network.embed_exemplar(crops)
    changed = {
        name for name, value in network.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed
    assert all(name.startswith(("backbone.blocks.", "backbone.standardize")) for name in changed)
    assert not any(name.startswith(f"backbone.blocks.{i}.") for i in range(5) for name in changed)


def test_stored_statistics_are_not_touched_and_unfreezing_frees_all():
    network = untrained("lite")
    set_trainable(network, freeze=5, batch_norm="stored")
    set_trainable(network, freeze=0, batch_norm="stored")
    assert all(weight.requires_grad for weight in network.parameters())
    before = {name: value.clone() for name, value in network.named_buffers()}
    network.embed_exemplar(random_crops(2)[0])
    assert all(torch.equal(value, before[name]) for name, value in network.named_buffers())


def test_siamfc_keeps_its_gain():
    network = untrained("siamfc")
    set_trainable(network, freeze=0, batch_norm="batch")
    assert not network.gain.requires_grad
    assert network.bias.requires_grad
