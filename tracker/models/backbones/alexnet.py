"""The backbone of the SiamFC paper: AlexNet without padding."""

from torch import Tensor, nn

from tracker.models.backbones.base import Backbone, Features


class AlexNetBackbone(Backbone):
    """The network of the SiamFC paper, table 1: five convolutions without padding, stride 8.

    Exemplar 127 -> 6x6, search 255 -> 22x22, 256 channels (as in the reference code; the
    grouped convolutions are those of AlexNet). Values 0 to 255 go in as they are.
    """

    total_stride = 8
    out_channels = 256
    min_exemplar_size = 87  # gives one cell
    initial_gain = 1e-3

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

    def exemplar_part(self, features: Tensor) -> Tensor:
        """All of the exemplar's features: without padding each cell sees the crop alone."""
        return features
