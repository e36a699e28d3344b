"""Learning rate, weight decay and averaging, by hand."""

import math

import pytest
from torch import nn

from tests.training.painted import untrained
from tracker.training.config import TrainingConfig
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
