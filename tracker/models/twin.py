"""The twin (Siamese) network: one set of weights embeds the exemplar and every search region.

    f(z, x) = gain * (phi(z) * phi(x)) + bias

with phi the backbone and * the cross-correlation (Bertinetto et al. 2016, equation 2).
"""

import torch
from torch import Tensor, nn

from tracker.models.backbones import BACKBONES, Features
from tracker.ops import xcorr


class TwinNetwork(nn.Module):
    """A fully convolutional twin network.

    Args:
        architecture: "lite" (EfficientNet-Lite0 trunk) or "siamfc" (AlexNet of the paper).

    Attributes:
        architecture: its name in ``BACKBONES``.
        backbone: embeds exemplar and search.
        head: a ``BoxHead``, or None for an architecture without one.
        gain: factor on the correlation.
        bias: added to it.
        is_packed: whether its convolutions were packed for a CPU (``models/inference/packing.py``).

    Raises:
        ValueError: an unknown architecture.
    """

    def __init__(self, architecture: str) -> None:
        super().__init__()
        if architecture not in BACKBONES:
            raise ValueError(
                f"expected an architecture out of {', '.join(BACKBONES)}; got {architecture!r}"
            )
        self.architecture = architecture
        self.backbone = BACKBONES[architecture]()
        self.head = self.backbone.box_head()
        self.gain = nn.Parameter(torch.tensor(self.backbone.initial_gain))
        self.bias = nn.Parameter(torch.tensor(0.0))
        self.is_packed = False

    @property
    def total_stride(self) -> int:
        """Crop pixels per cell of the response."""
        return self.backbone.total_stride

    def embed_exemplar(self, exemplar: Tensor) -> Tensor:
        """Embed exemplar crops ``(Bz, 3, 127, 127)``, RGB 0 to 255, as ``(Bz, C, hz, wz)``."""
        return self.exemplar_part(self.extract(exemplar).embedding)

    def embed_search(self, search: Tensor) -> Tensor:
        """Embed search crops ``(Bx, 3, 255, 255)``, RGB 0 to 255, as ``(Bx, C, hx, wx)``."""
        return self.extract(search).embedding

    def extract(self, crops: Tensor) -> Features:
        """Compute embedding and levels of crops ``(N, 3, s, s)``, RGB 0 to 255, in one pass."""
        features: Features = self.backbone(crops)
        return features

    def exemplar_part(self, embedding: Tensor) -> Tensor:
        """Cut the exemplar out of the embedding of an exemplar crop."""
        return self.backbone.exemplar_part(embedding)

    def correlate(self, exemplar: Tensor, search: Tensor) -> Tensor:
        """Correlate embeddings to response maps ``(Bx, 1, hx - hz + 1, wx - wz + 1)``.

        Args:
            exemplar: ``(Bz, C, hz, wz)``.
            search: ``(Bx, C, hx, wx)``, ``Bx % Bz == 0``; see ``tracker.ops.xcorr``.
        """
        return self.gain * xcorr(exemplar, search) + self.bias

    def forward(self, exemplar: Tensor, search: Tensor) -> Tensor:
        """Embed exemplar and search crops and correlate them; see ``correlate``."""
        return self.correlate(self.embed_exemplar(exemplar), self.embed_search(search))
