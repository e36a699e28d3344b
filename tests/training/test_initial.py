"""The network that training starts from: where its weights come from."""

import math

import pytest
import torch
from torch import nn

from tests.training.painted import write_small_lite
from tracker.errors import RecipeError, WeightsError
from tracker.models import load_model
from tracker.training.config import TrainingConfig
from tracker.training.initial import initial_model


def random_start(seed, architecture="siamfc"):
    config = TrainingConfig(architecture=architecture, init="random", seed=seed)
    return initial_model(config, []).network


def same(one, other):
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(value, others) for value, others in pairs)


@pytest.mark.parametrize("architecture", ["lite", "siamfc"])
def test_random_weights_follow_from_the_seed_alone(architecture):
    first = random_start(3, architecture)
    torch.manual_seed(99)
    before = torch.get_rng_state()
    again = random_start(3, architecture)
    assert torch.equal(torch.get_rng_state(), before)
    assert same(first, again)
    assert not same(first, random_start(4, architecture))


def test_random_convolutions_have_the_variance_of_he():
    for module in random_start(0).modules():
        if isinstance(module, nn.Conv2d):
            fan_out = module.out_channels * module.weight[0, 0].numel()
            deviation = math.sqrt(2 / fan_out)
            assert module.weight.std().item() == pytest.approx(deviation, rel=0.02)
            assert module.weight.mean().item() == pytest.approx(0, abs=0.02 * deviation)
            assert not module.bias.any()


def test_a_shipped_model_and_a_file_give_their_weights_and_settings(tmp_path):
    shipped = load_model("lite")
    assert same(initial_model(TrainingConfig(init="lite"), []).network, shipped.network)
    path = write_small_lite(tmp_path / "small.safetensors")
    model = initial_model(TrainingConfig(init=str(path)), [])
    assert same(model.network, shipped.network)
    assert model.config.search_size == 127


def test_weights_of_another_architecture_are_refused():
    config = TrainingConfig(architecture="siamfc", init="lite")
    with pytest.raises(WeightsError, match="of architecture siamfc; lite has lite"):
        initial_model(config, [])


def test_imagenet_weights_are_known_for_lite_only():
    config = TrainingConfig(architecture="siamfc", init="imagenet")
    with pytest.raises(RecipeError, match='setting init must not be "imagenet" for siamfc'):
        initial_model(config, [])


def test_more_parts_cannot_be_frozen_than_the_trunk_has():
    config = TrainingConfig(architecture="siamfc", init="random", freeze=6)
    with pytest.raises(RecipeError) as caught:
        initial_model(config, [])
    assert str(caught.value) == "[training]: setting freeze must be at most 5 for siamfc, got 6"
