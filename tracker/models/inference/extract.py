"""Run a network on crops."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracker.models.backbones import Features
from tracker.models.inference.side_by_side import side_by_side
from tracker.models.twin import TwinNetwork


@torch.inference_mode()
def extract(network: TwinNetwork, crops: NDArray[np.uint8]) -> Features:
    """Compute the features of crops on the network's device.

    On a CPU the network takes one crop at a time. That is not slower, and it makes the features of
    a crop independent of the other crops, whose number would change the rounding of sums.

    Args:
        network: prepared for inference or not.
        crops: RGB ``(N, s, s, 3)``.
    """
    device = network.gain.device
    pixels = torch.from_numpy(crops).to(device).permute(0, 3, 1, 2)
    if device.type != "cpu":
        return network.extract(pixels.float())

    @torch.inference_mode()
    def extract_one(crop: Tensor) -> Features:
        return network.extract(crop.float())

    parts = torch.split(pixels, 1)
    # Unpacked convolutions round differently on one thread than on several.
    features = side_by_side(extract_one, parts) if network.is_packed else [*map(extract_one, parts)]
    if len(features) == 1:
        return features[0]
    embeddings, levels = zip(*features, strict=True)
    return Features(
        torch.cat(embeddings), tuple(torch.cat(level) for level in zip(*levels, strict=True))
    )
