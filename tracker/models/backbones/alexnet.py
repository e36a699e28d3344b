"""The backbone of the SiamFC paper: AlexNet without padding."""

from itertools import pairwise

from torch import Tensor, nn

from tracker.models.backbones.base import Backbone, Features


class AlexNetBackbone(Backbone):
    """The network of the SiamFC paper, table 1: five convolutions without padding, stride 8.

    Exemplar 127 -> 6x6, search 255 -> 22x22, 256 channels, as in the reference code; convolutions
    2, 4 and 5 have two groups, as in AlexNet. Pixel values are not normalized.
    """

    total_stride = 8
    out_channels = 256
    min_exemplar_size = 87  # gives one cell
    initial_gain = 1e-3
    trains_gain = False  # as in the reference code

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 96, 11, stride=2),
            nn.BatchNorm2d(96),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(96, 256, 5, groups=2),
            nn.BatchNorm2d(256),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(256, 384, 3),
            nn.BatchNorm2d(384),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 384, 3, groups=2),
            nn.BatchNorm2d(384),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, groups=2),
        )

    def forward(self, crops: Tensor) -> Features:
        return Features(self.layers(crops))

    @property
    def trunk_parts(self) -> list[nn.Module]:
        """Each convolution, with the batch norm, the ReLU and the pooling after it."""
        starts = [index for index, each in enumerate(self.layers) if isinstance(each, nn.Conv2d)]
        return [self.layers[start:end] for start, end in pairwise([*starts, len(self.layers)])]

    def exemplar_part(self, embedding: Tensor) -> Tensor:
        """Return the whole embedding: without padding, every cell sees only pixels of the crop."""
        return embedding
