"""Training data painted for a test, and a small network to train on it."""

import csv

import cv2
import torch
from torch import nn

from tests.moving_patch import MovingPatch
from tracker.config import TrackerConfig
from tracker.models import Model, TwinNetwork, load_model, save_model
from tracker.models.backbones import Backbone, Features

SMALL = TrackerConfig(exemplar_size=64, search_size=127)


def paint_videos(folder, clips=3, frames=5):
    """Write a group of videos of moving patches into a data folder, and return the folder."""
    group = folder / "videos" / "patches"
    rows = []
    for number in range(clips):
        clip = MovingPatch(frames, (200, 150), seed=number)
        (group / f"clip{number}").mkdir(parents=True)
        for index, (frame, box) in enumerate(zip(clip.frames, clip.boxes, strict=True)):
            cv2.imwrite(str(group / f"clip{number}" / f"{index}.png"), frame[..., ::-1])
            rows.append([f"clip{number}", index, 1, *box])
    with (group / "boxes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["clip", "frame", "track", "x", "y", "w", "h"], *rows])
    return folder


class TinyBackbone(Backbone):
    """Two convolutions: quick, and enough to learn a texture."""

    total_stride = 8
    out_channels = 16
    min_exemplar_size = 8
    initial_gain = 1e-2
    trains_gain = False

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 16, 8, stride=4, padding=2),
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            nn.Conv2d(16, 16, 3, stride=2, padding=1),
        )

    def forward(self, crops):
        return Features(self.layers(crops))

    @property
    def trunk_parts(self):
        return [self.layers[:3], self.layers[3:]]

    def exemplar_part(self, embedding):
        return embedding


def write_small_lite(path):
    """Write the shipped lite with crops of half the side, which take a quarter of the time."""
    save_model(path, Model("lite", load_model("lite").network, SMALL), about={})
    return path


def random_crops(count, exemplar=64, search=127, seed=0):
    """Make exemplar and search crops of noise, 0 to 255."""
    generator = torch.Generator().manual_seed(seed)
    return tuple(
        torch.rand(count, 3, size, size, generator=generator) * 255 for size in (exemplar, search)
    )


def untrained(architecture, seed=0):
    """Make a network with random weights."""
    torch.manual_seed(seed)
    return TwinNetwork(architecture)
