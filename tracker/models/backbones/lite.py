"""The backbone of the default model: the trunk of EfficientNet-Lite0."""

import math
from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from tracker.models.backbones.base import Backbone, Features
from tracker.models.heads import BoxHead


class LiteBackbone(Backbone):
    """The trunk of EfficientNet-Lite0 up to block 10, brought from stride 16 to stride 8.

    Channels are standardised with stored statistics, the map is upsampled bilinearly by 2, and the
    vector at each position is scaled to unit length, so that a correlation is a sum of cosine
    similarities. Deep features at half the resolution, upsampled, track better than shallower ones
    at full resolution.

    Exemplar 127 -> the middle 8x8 of 16x16, search 255 -> 32x32, 112 channels.
    Source: Tan and Le, "EfficientNet", 2019, and the Lite0 variant without squeeze-and-excitation.
    """

    total_stride = 8
    out_channels = 112
    exemplar_cells = 8
    min_exemplar_size = 49  # gives exemplar_cells
    initial_gain = 1 / exemplar_cells**2
    trains_gain = True  # vectors of unit length cannot scale the responses

    def __init__(self) -> None:
        super().__init__()
        self.stem = _conv_norm(3, 32, kernel=3, stride=2, activation=True)
        blocks, channels = [], 32
        for repeats, kernel, stride, expansion, out in _LITE0_STAGES:
            for repeat in range(repeats):
                blocks.append(
                    InvertedResidual(channels, out, kernel, stride if repeat == 0 else 1, expansion)
                )
                channels = out
        self.blocks = nn.Sequential(*blocks)
        self.standardize = nn.BatchNorm2d(channels, affine=False)

    def forward(self, crops: Tensor) -> Features:
        fine = self.blocks[:FINE_BLOCKS](self.stem((crops - 127.0) / 128.0))
        deep = self.standardize(self.blocks[FINE_BLOCKS:](fine))
        embedding = F.interpolate(deep, scale_factor=2.0, mode="bilinear", align_corners=False)
        return Features(F.normalize(embedding, dim=1), (fine, deep))

    @property
    def trunk_parts(self) -> list[nn.Module]:
        """The stem with block 0, then each further block."""
        first, *others = self.blocks
        return [nn.Sequential(self.stem, first), *others]

    def box_head(self) -> BoxHead:
        """Make a head that reads block 4 at stride 8 and block 10 at stride 16.

        The shipped head was trained with these margins. They lie between the geometry of "SAME"
        padding (6.5 and 14.5) and the middle of what the cells of the trained trunk respond to
        (about 3 and 9).
        """
        return BoxHead(channels=(40, self.out_channels), strides=(8, 16), margins=(6.5, 10.5))

    def exemplar_part(self, embedding: Tensor) -> Tensor:
        """Cut out the middle 8x8 cells: the object and half of its context.

        Raises:
            ValueError: the embedding is smaller than that.
        """
        height, width = embedding.shape[-2:]
        cells = self.exemplar_cells
        if min(height, width) < cells:
            raise ValueError(
                f"expected an exemplar that gives at least {cells} cells of stride "
                f"{self.total_stride}; got {(height, width)}"
            )
        top, left = (height - cells) // 2, (width - cells) // 2
        return embedding[..., top : top + cells, left : left + cells]


class InvertedResidual(nn.Module):
    """1x1 expansion, depthwise convolution, 1x1 projection; plus the input if the shapes agree.

    Source: Sandler et al., "MobileNetV2", 2018.
    """

    def __init__(self, channels: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = channels * expansion
        self.expand = (
            _conv_norm(channels, hidden, kernel=1, activation=True)
            if expansion > 1
            else nn.Identity()
        )
        self.depthwise = _conv_norm(
            hidden, hidden, kernel=kernel, stride=stride, groups=hidden, activation=True
        )
        self.project = _conv_norm(hidden, out, kernel=1)
        self.has_skip = stride == 1 and channels == out

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = self.project(self.depthwise(self.expand(features)))
        return out + features if self.has_skip else out


class SameConv2d(nn.Conv2d):
    """A convolution padded like TensorFlow's "SAME": output = ceil(input / stride).

    At stride 2 an even side gets one more row of zeros after than before, which the symmetric
    ``padding`` of PyTorch cannot express.
    """

    def forward(self, features: Tensor) -> Tensor:
        weight, padding = self.aligned(features.shape[-2:])
        return F.conv2d(
            features, weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def aligned(self, size: Sequence[int]) -> tuple[Tensor, tuple[int, int]]:
        """Return weight and padding of a symmetric convolution with the same result.

        Args:
            size: ``(height, width)`` of the map, for which alone the result is the same.
        """
        top, bottom = _same_padding(size[0], self.kernel_size[0], self.stride[0])
        left, right = _same_padding(size[1], self.kernel_size[1], self.stride[1])
        weight = self.weight
        if top != bottom or left != right:
            # Zeros before the weights instead of zeros after the map: the same sums, and the map
            # is not copied.
            weight = F.pad(weight, (right - left, 0, bottom - top, 0))
        return weight, (bottom, right)


FINE_BLOCKS = 5
"""Number of leading blocks of Lite0 with stride 8 or less."""

# Lite0's stages up to block 10: repeats, kernel, stride, expansion, output channels
_LITE0_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
)


def _conv_norm(
    channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1, activation: bool = False
) -> nn.Sequential:
    layers: list[nn.Module] = [
        SameConv2d(channels, out, kernel, stride=stride, groups=groups, bias=False),
        nn.BatchNorm2d(out, eps=1e-3),
    ]
    if activation:
        layers.append(nn.ReLU6(inplace=True))
    return nn.Sequential(*layers)


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return how many zeros "SAME" adds before and after one side of a map."""
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2
