"""What every backbone offers to the twin network."""

from abc import abstractmethod
from typing import ClassVar, NamedTuple

from torch import Tensor, nn

from tracker.models.heads import BoxHead, Levels


class Features(NamedTuple):
    """What a backbone makes of N crops.

    Attributes:
        embedding: ``(N, out_channels, ceil-or-floor of s / total_stride, ...)``, to correlate.
        levels: what the box head reads; empty for a backbone without one.
    """

    embedding: Tensor
    levels: Levels = ()


class Backbone(nn.Module):
    """Embeds RGB crops ``(N, 3, s, s)`` with values 0 to 255: the base class of all backbones.

    Attributes:
        total_stride: crop pixels per cell of the embedding.
        out_channels: channels of the embedding.
        min_exemplar_size: side of the smallest exemplar crop that can be embedded, pixels.
        initial_gain: factor on the correlation before training, which brings responses near 1.
    """

    total_stride: ClassVar[int]
    out_channels: ClassVar[int]
    min_exemplar_size: ClassVar[int]
    initial_gain: ClassVar[float]

    @abstractmethod
    def forward(self, crops: Tensor) -> Features:
        """Embed crops ``(N, 3, s, s)``."""

    @abstractmethod
    def exemplar_part(self, embedding: Tensor) -> Tensor:
        """Cut the exemplar out of the embedding ``(N, C, h, w)`` of exemplar crops.

        Raises:
            ValueError: the embedding is too small for that.
        """

    def box_head(self) -> BoxHead | None:
        """Make an untrained head that reads this backbone's levels; None if it has none."""
        return None
