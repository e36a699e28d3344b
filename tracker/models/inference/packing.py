"""Convolutions as oneDNN runs them fastest on a CPU.

A plain convolution lays out its weights anew in every call, and its activation is a second pass
over the map. Here the weights are laid out once, and the activation is part of the convolution. The
operators are those that PyTorch compiles networks to on a CPU; calling them needs no compiler.
"""

import torch
from torch import Tensor, nn

from tracker.models.backbones.lite import SameConv2d

_ACTIVATIONS = {nn.ReLU: ("relu", [], ""), nn.ReLU6: ("hardtanh", [0.0, 6.0], "")}
_NO_ACTIVATION = ("none", [], "")


def can_pack() -> bool:
    """Whether this build of PyTorch has oneDNN."""
    operators = ("_convolution_pointwise", "_reorder_convolution_weight")
    return torch.backends.mkldnn.is_available() and all(
        hasattr(torch.ops.mkldnn, name) for name in operators
    )


def pack_convolutions(network: nn.Module) -> None:
    """Replace every convolution in a ``Sequential``, and the activation that follows it.

    Args:
        network: in float32, on the CPU, its batch norms folded. It is changed, and can then no
            longer be copied, moved or stored.
    """
    for layers in network.modules():
        if isinstance(layers, nn.Sequential):
            _pack(layers)


def _pack(layers: nn.Sequential) -> None:
    for index in reversed(range(len(layers))):
        if not isinstance(layers[index], nn.Conv2d):
            continue
        following = type(layers[index + 1]) if index + 1 < len(layers) else None
        activation = _ACTIVATIONS.get(following, _NO_ACTIVATION)
        layers[index] = _PackedConv2d(layers[index], activation)
        if activation is not _NO_ACTIVATION:
            del layers[index + 1]


class _PackedConv2d(nn.Module):
    """A convolution and its activation, with weights laid out for each size of map that it met."""

    def __init__(self, convolution: nn.Conv2d, activation: tuple[str, list[float], str]) -> None:
        super().__init__()
        self._convolution, self._activation = convolution, activation
        self._packed: dict[torch.Size, tuple[Tensor, tuple]] = {}

    def forward(self, features: Tensor) -> Tensor:
        if features.shape not in self._packed:
            self._packed[features.shape] = self._pack(features.shape)
        weight, how = self._packed[features.shape]
        return torch.ops.mkldnn._convolution_pointwise(
            features, weight, self._convolution.bias, *how, *self._activation
        )

    def _pack(self, shape: torch.Size) -> tuple[Tensor, tuple]:
        convolution = self._convolution
        weight, padding = convolution.weight, convolution.padding
        if isinstance(convolution, SameConv2d):
            weight, padding = convolution.aligned(shape[-2:])
        how = (padding, convolution.stride, convolution.dilation, convolution.groups)
        return torch.ops.mkldnn._reorder_convolution_weight(weight, *how, shape), how
