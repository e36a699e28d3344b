"""Prepare a network to run fast: batch norms folded, channels last, packed on a CPU."""

import copy
from typing import Any

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from tracker.models.inference.packing import can_pack, pack_convolutions
from tracker.models.twin import TwinNetwork


def prepare_for_inference(network: TwinNetwork, device: torch.device) -> TwinNetwork:
    """Return a copy on a device that computes the same responses, up to rounding, but faster.

    The copy cannot be trained, copied, stored or moved to another device.
    """
    fused = fuse_for_inference(network).to(device)
    if device.type == "cpu" and can_pack():
        pack_convolutions(fused)
        fused.is_packed = True
    return fused


def fuse_for_inference(network: TwinNetwork) -> TwinNetwork:
    """Return a copy in which every batch norm after a convolution is folded into its weights.

    The copy computes the same responses, up to rounding, and cannot be trained.
    """
    fused = copy.deepcopy(network).eval().requires_grad_(False)
    for module in fused.modules():
        if isinstance(module, nn.Sequential):
            _fold_batch_norm(module)
    to_layout: Any = fused.to  # whose annotations lack memory_format
    to_layout(memory_format=torch.channels_last)
    return fused


def _fold_batch_norm(layers: nn.Sequential) -> None:
    for index in reversed(range(len(layers) - 1)):
        convolution, norm = layers[index], layers[index + 1]
        if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            layers[index] = fuse_conv_bn_eval(convolution, norm)
            del layers[index + 1]


def backbone_in(network: TwinNetwork, dtype: torch.dtype) -> TwinNetwork:
    """Return a network whose backbone takes crops of this dtype; the other modules are shared.

    Only convolutions are converted. The statistics of batch norms keep 32 bits, which PyTorch
    combines with inputs of 16. The crops lose nothing in 16 bits: whole numbers from 0 to 255.

    Args:
        network: prepared for inference; it is not changed.
        dtype: of crops and convolutions.
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
