"""Choose which weights of a network are trained and which stay frozen."""

from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm

from tracker.errors import RecipeError
from tracker.models import TwinNetwork
from tracker.training.config import Statistics


def check_freeze(network: TwinNetwork, freeze: int) -> None:
    """Check the number of parts to freeze against the trunk of a network.

    Raises:
        RecipeError: the trunk has fewer parts.
    """
    parts = len(network.backbone.trunk_parts)
    if freeze > parts:
        raise RecipeError(
            f"[training]: setting freeze must be at most {parts} for {network.architecture}, "
            f"got {freeze}"
        )


def set_trainable(network: TwinNetwork, freeze: int, batch_norm: Statistics) -> None:
    """Freeze the leading parts of a network's trunk, and prepare all others for training.

    Frozen layers get no gradients, so nothing of their forward pass is kept for the backward pass,
    and their batch norms use the stored statistics without updating them.

    Args:
        network: is changed in place.
        freeze: how many of the backbone's ``trunk_parts`` are frozen.
        batch_norm: statistics that the trunk's other batch norms use: "stored", or of each "batch".
    """
    network.train().requires_grad_(True)
    if batch_norm == "stored":
        for module in network.backbone.modules():
            if isinstance(module, BatchNorm):
                module.eval()
    for part in network.backbone.trunk_parts[:freeze]:
        part.eval().requires_grad_(False)
    network.gain.requires_grad_(network.backbone.trains_gain)
