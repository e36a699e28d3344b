"""The same network, prepared to run fast: batch norm folded, channels last, packed on a CPU."""

import copy

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from tracker.models.inference.packing import can_pack, pack_convolutions
from tracker.models.twin import TwinNetwork


def prepare_for_inference(network: TwinNetwork, device: torch.device) -> TwinNetwork:
    """Return a copy that runs as fast as can be on a device; it stays there.

    It computes the same responses up to rounding and can no longer be trained, copied or stored.
    """
    fused = fuse_for_inference(network).to(device)
    if device.type == "cpu" and can_pack():
        pack_convolutions(fused)
        fused.is_packed = True
    return fused


def fuse_for_inference(network: TwinNetwork) -> TwinNetwork:
    """Return a copy whose every batch norm that follows a convolution is folded into it.

    The copy computes the same responses up to rounding and can no longer be trained.
    """
    fused = copy.deepcopy(network).eval().requires_grad_(False)
    for module in fused.modules():
        if isinstance(module, nn.Sequential):
            _fold_batch_norm(module)
    return fused.to(memory_format=torch.channels_last)


def _fold_batch_norm(layers: nn.Sequential) -> None:
    for index in reversed(range(len(layers) - 1)):
        convolution, norm = layers[index], layers[index + 1]
        if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            layers[index] = fuse_conv_bn_eval(convolution, norm)
            del layers[index + 1]


def backbone_in(network: TwinNetwork, dtype: torch.dtype) -> TwinNetwork:
    """Return a network whose backbone convolves crops of this type; the rest is shared.

    Stored statistics stay as they are: batch norms take inputs of 16 bits with them. Crops, whole
    numbers from 0 to 255, lose nothing in 16 bits.

    Args:
        network: prepared for inference.
    """
    if dtype == network.gain.dtype:
        return network
    other = copy.copy(network)
    other._modules = dict(network._modules)
    other.backbone = copy.deepcopy(network.backbone)
    for module in other.backbone.modules():
        if isinstance(module, nn.Conv2d):
            module.to(dtype)
    return other
