"""Run the prepared network on crops."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracker.models.backbones import Features
from tracker.models.inference.side_by_side import side_by_side
from tracker.models.twin import TwinNetwork


@torch.inference_mode()
def extract(network: TwinNetwork, crops: NDArray[np.uint8]) -> Features:
    """Features of crops ``(N, s, s, 3)``, on the network's device.

    On a CPU the network takes one crop at a time: no slower, and what is found in a crop does not
    depend, by the rounding of sums, on the others.
    """
    device = network.gain.device
    pixels = torch.from_numpy(crops).to(device).permute(0, 3, 1, 2)
    if device.type != "cpu":
        return network.extract(pixels.float())

    @torch.inference_mode()
    def of_one(crop: Tensor) -> Features:
        return network.extract(crop.float())

    parts = pixels.split(1)
    features = side_by_side(of_one, parts) if network.is_packed else [*map(of_one, parts)]
    if len(features) == 1:
        return features[0]
    embeddings, levels = zip(*features, strict=True)
    return Features(
        torch.cat(embeddings), tuple(torch.cat(level) for level in zip(*levels, strict=True))
    )
