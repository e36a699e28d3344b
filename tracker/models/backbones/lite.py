"""The backbone of the default model: the trunk of EfficientNet-Lite0."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from tracker.models.backbones.base import Backbone, Features
from tracker.models.heads import BoxHead


class LiteBackbone(Backbone):
    """The trunk of EfficientNet-Lite0 up to block 10, brought from stride 16 to stride 8.

    Channels are standardised with stored statistics, the map is upsampled bilinearly, and each
    position gets unit length, so that a correlation is a sum of cosine similarities. Deep features
    at half the resolution track better than shallower ones at full resolution.

    Exemplar 127 -> the middle 8x8 of 16x16, search 255 -> 32x32, 112 channels.
    Source: Tan and Le, "EfficientNet", 2019, and the Lite0 variant without squeeze-and-excitation.
    """

    total_stride = 8
    out_channels = 112
    exemplar_cells = 8
    min_exemplar_size = 49  # gives so many
    initial_gain = 1 / exemplar_cells**2

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

    def box_head(self) -> BoxHead:
        """A head for the levels of this trunk: block 4 at stride 8, block 10 at stride 16.

        The margins say where its samples are taken, which the head was trained with: between the
        geometry of "SAME" padding (6.5 and 14.5) and where the cells of the trained trunk look
        (about 3 and 9).
        """
        return BoxHead(channels=(40, self.out_channels), strides=(8, 16), margins=(6.5, 10.5))

    def exemplar_part(self, features: Tensor) -> Tensor:
        """The middle 8x8 cells: the object and half of its context.

        Raises:
            ValueError: the map is smaller than that.
        """
        if min(features.shape[-2:]) < self.exemplar_cells:
            raise ValueError(
                f"expected an exemplar that gives at least {self.exemplar_cells} cells of stride "
                f"{self.total_stride}; got {tuple(features.shape[-2:])}"
            )
        top = (features.shape[-2] - self.exemplar_cells) // 2
        left = (features.shape[-1] - self.exemplar_cells) // 2
        return features[..., top : top + self.exemplar_cells, left : left + self.exemplar_cells]


class InvertedResidual(nn.Module):
    """1x1 expansion, depthwise filter, 1x1 projection, and the input added where it fits.

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
        out = self.project(self.depthwise(self.expand(features)))
        return out + features if self.has_skip else out


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's "SAME": output = ceil(input / stride).

    At stride 2 an even side gets one pixel more of zeros after than before, which no symmetric
    ``padding`` can say.
    """

    def forward(self, features: Tensor) -> Tensor:
        weight, padding = self.aligned(features.shape[-2:])
        return F.conv2d(
            features, weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def aligned(self, size: tuple[int, int]) -> tuple[Tensor, tuple[int, int]]:
        """Weight and padding of the symmetric convolution that does the same to maps of a size."""
        top, bottom = _same_padding(size[0], self.kernel_size[0], self.stride[0])
        left, right = _same_padding(size[1], self.kernel_size[1], self.stride[1])
        weight = self.weight
        if top != bottom or left != right:
            # Zeros before the weights in place of zeros after the map: the same sums, no copy.
            weight = F.pad(weight, (right - left, 0, bottom - top, 0))
        return weight, (bottom, right)


FINE_BLOCKS = 5
"""Leading blocks of Lite0 with stride 8 or less."""

# repeats, kernel, stride, expansion, output channels: Lite0's stages up to block 10
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
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2
