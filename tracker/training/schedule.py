"""Make the optimizer, and change its learning rate during training."""

import math

import torch
from torch import nn

from tracker.models import TwinNetwork
from tracker.training.config import TrainingConfig


def learning_rate_share(step: int, config: TrainingConfig) -> float:
    """Return the learning rate of a step, counted from 0, as a share of the largest one.

    It rises linearly over ``warmup`` pairs, then falls along half a cosine to
    ``final_learning_rate`` (Loshchilov and Hutter, "SGDR", 2017, equation 5, without restarts).
    """
    warm_steps = math.ceil(config.warmup / config.batch_size)
    if step < warm_steps:
        return (step + 1) / (warm_steps + 1)
    final = config.final_learning_rate
    progress = (step - warm_steps) / max(config.steps - warm_steps, 1)
    return final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2


def make_optimizer(network: TwinNetwork, config: TrainingConfig) -> torch.optim.Optimizer:
    """Make an optimizer for all weights, including those that are frozen at first.

    Biases, batch norms and the scale of the response do not decay.
    """
    groups = []
    trunk = {id(weight) for weight in network.backbone.parameters()}
    for in_trunk, factor in ((True, config.trunk_learning_rate), (False, 1.0)):
        for decays in (True, False):
            weights = [
                weight
                for weight in network.parameters()
                if (id(weight) in trunk) == in_trunk and (weight.ndim > 1) == decays
            ]
            if weights:
                groups.append(
                    {
                        "params": weights,
                        "largest_rate": config.learning_rate * factor,
                        "weight_decay": config.weight_decay if decays else 0.0,
                    }
                )
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=config.learning_rate, momentum=0.9)
    return torch.optim.AdamW(groups, lr=config.learning_rate)


def set_learning_rate(optimizer: torch.optim.Optimizer, share: float) -> None:
    """Set each group of weights to this share of its largest learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = group["largest_rate"] * share


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Move the averaged weights towards the present ones: ``a <- d a + (1 - d) w``.

    The decay is ``d = min(decay, (1 + step) / (10 + step))``: it starts low, so that the first
    weights are soon forgotten. Statistics of batch norms are averaged like weights, counters are
    copied.
    """
    decay = min(decay, (1 + step) / (10 + step)) if decay else 0.0
    for mean, value in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)
