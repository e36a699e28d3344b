"""Pack convolutions for oneDNN, which runs them fast on a CPU.

A plain convolution rearranges its weights in every call, and its activation is a second pass over
the map. Here the weights are rearranged once for each size of map, and the activation is part of
the convolution. The operators are those to which ``torch.compile`` translates networks on a CPU;
calling them needs no compiler.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from tracker.models.backbones.lite import SameConv2d

_Activation = tuple[str, list[float], str]
"""Name, scalars and algorithm, as oneDNN's operator takes them."""

_ACTIVATIONS: dict[type[nn.Module], _Activation] = {
    nn.ReLU: ("relu", [], ""),
    nn.ReLU6: ("hardtanh", [0.0, 6.0], ""),
}
_NO_ACTIVATION: _Activation = ("none", [], "")


def can_pack() -> bool:
    """Tell whether this build of PyTorch has oneDNN and its operators."""
    operators = ("_convolution_pointwise", "_reorder_convolution_weight")
    return bool(torch.backends.mkldnn.is_available()) and all(
        hasattr(torch.ops.mkldnn, name) for name in operators
    )


def pack_convolutions(network: nn.Module) -> None:
    """Replace every convolution in a ``Sequential``, with the activation after it, by a packed one.

    Args:
        network: in float32, on the CPU, its batch norms folded. It is changed, and cannot be
            copied, moved or stored afterwards.
    """
    for layers in network.modules():
        if isinstance(layers, nn.Sequential):
            _pack(layers)


def _pack(layers: nn.Sequential) -> None:
    for index in reversed(range(len(layers))):
        convolution = layers[index]
        if not isinstance(convolution, nn.Conv2d):
            continue
        activation = _NO_ACTIVATION
        if index + 1 < len(layers):
            activation = _ACTIVATIONS.get(type(layers[index + 1]), _NO_ACTIVATION)
        layers[index] = _PackedConv2d(convolution, activation)
        if activation is not _NO_ACTIVATION:
            del layers[index + 1]


class _Packed(NamedTuple):
    """Weights packed for one shape of map, and padding, stride, dilation and groups."""

    weight: Tensor
    options: tuple[object, ...]


class _PackedConv2d(nn.Module):
    """A convolution with its activation; weights are packed for each shape of map that occurs."""

    def __init__(self, convolution: nn.Conv2d, activation: _Activation) -> None:
        super().__init__()
        self._convolution, self._activation = convolution, activation
        self._packed: dict[torch.Size, _Packed] = {}

    def forward(self, features: Tensor) -> Tensor:
        if features.shape not in self._packed:
            self._packed[features.shape] = self._pack(features.shape)
        packed = self._packed[features.shape]
        result: Tensor = torch.ops.mkldnn._convolution_pointwise(
            features, packed.weight, self._convolution.bias, *packed.options, *self._activation
        )
        return result

    def _pack(self, shape: torch.Size) -> "_Packed":
        convolution = self._convolution
        weight: Tensor = convolution.weight
        padding = convolution.padding
        if isinstance(convolution, SameConv2d):
            weight, padding = convolution.aligned(shape[-2:])
        options = (padding, convolution.stride, convolution.dilation, convolution.groups)
        packed: Tensor = torch.ops.mkldnn._reorder_convolution_weight(weight, *options, shape)
        return _Packed(packed, options)
