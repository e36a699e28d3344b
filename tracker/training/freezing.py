"""Which part of a trunk stays as it is."""

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm

from tracker.models import TwinNetwork
from tracker.models.backbones.lite import LiteBackbone


def leading_parts(network: TwinNetwork) -> list[list[nn.Module]]:
    """The trunk in the units that freezing counts, first layers first.

    ``lite``: the stem with block 0, then each further block. ``siamfc``: each convolution with
    the batch norm, the rectifier and the pooling behind it.
    """
    if isinstance(network.backbone, LiteBackbone):
        first, *others = network.backbone.blocks
        return [[network.backbone.stem, first], *([block] for block in others)]
    parts: list[list[nn.Module]] = []
    for layer in network.backbone.layers:
        if isinstance(layer, nn.Conv2d):
            parts.append([])
        parts[-1].append(layer)
    return parts


def set_trainable(network: TwinNetwork, freeze: int, batch_norm: str) -> None:
    """Put a network in the state to be trained.

    Frozen layers get no gradients, so nothing of their forward pass is kept for the backward one,
    and their batch norms use and keep the stored statistics.

    Args:
        network: is changed in place.
        freeze: number of leading parts that are not trained, see ``leading_parts``.
        batch_norm: "stored" or "batch", the statistics of the trunk's other batch norms.
    """
    network.train().requires_grad_(True)
    if batch_norm == "stored":
        for module in network.backbone.modules():
            if isinstance(module, BatchNorm):
                module.eval()
    for layer in (layer for part in leading_parts(network)[:freeze] for layer in part):
        layer.eval().requires_grad_(False)
    # AlexNet's last convolution scales the response itself, so the reference code keeps the gain;
    # embeddings of unit length cannot.
    network.gain.requires_grad_(isinstance(network.backbone, LiteBackbone))
