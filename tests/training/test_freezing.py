"""Freezing: which weights and statistics training may change, and how many parts there are."""

import pytest
import torch

from tests.training.painted import random_crops, untrained
from tracker.errors import RecipeError
from tracker.training.freezing import check_freeze, set_trainable


@pytest.mark.parametrize(("architecture", "parts"), [("lite", 11), ("siamfc", 5)])
def test_no_more_is_frozen_than_there_are_parts(architecture, parts):
    network = untrained(architecture)
    check_freeze(network, parts)
    with pytest.raises(RecipeError) as caught:
        check_freeze(network, parts + 1)
    assert str(caught.value) == (
        f"[training]: setting freeze must be at most {parts} for {architecture}, got {parts + 1}"
    )


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


def test_freezing_all_parts_leaves_the_rest_of_a_siamfc():
    network = untrained("siamfc")
    set_trainable(network, freeze=5, batch_norm="batch")
    trained = [name for name, weight in network.named_parameters() if weight.requires_grad]
    assert trained == ["bias"]
