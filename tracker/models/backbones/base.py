"""The base class of all backbones, and what a backbone computes."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from torch import Tensor, nn

from tracker.models.heads import BoxHead, Levels


class Features(NamedTuple):
    """What a backbone computes from N crops.

    Attributes:
        embedding: the map to correlate, ``(N, out_channels, h, w)``, one cell per ``total_stride``
            crop pixels.
        levels: feature maps for the box head, finest first; empty for a backbone without a head.
    """

    embedding: Tensor
    levels: Levels = ()


class Backbone(nn.Module, ABC):
    """Base class of backbones, which embed RGB crops ``(N, 3, s, s)`` with values 0 to 255.

    A new backbone sets the attributes, implements ``forward``, ``exemplar_part`` and
    ``trunk_parts``, and is added to ``BACKBONES``; with a box head it also overrides ``box_head``.
    It must be fully convolutional: it embeds crops of any side from ``min_exemplar_size`` on.

    Attributes:
        total_stride: crop pixels per cell of the embedding.
        out_channels: channels of the embedding.
        min_exemplar_size: side of the smallest exemplar crop that can be embedded, pixels.
        initial_gain: factor on the correlation in an untrained network, to scale its responses.
        trains_gain: whether training changes that factor; no need where the last layer can scale
            the responses itself.
    """

    total_stride: ClassVar[int]
    out_channels: ClassVar[int]
    min_exemplar_size: ClassVar[int]
    initial_gain: ClassVar[float]
    trains_gain: ClassVar[bool]

    @abstractmethod
    def forward(self, crops: Tensor) -> Features:
        """Embed crops ``(N, 3, s, s)``."""

    @abstractmethod
    def exemplar_part(self, embedding: Tensor) -> Tensor:
        """Cut the exemplar out of the embedding ``(N, C, h, w)`` of exemplar crops.

        Raises:
            ValueError: the embedding is smaller than the exemplar.
        """

    @property
    @abstractmethod
    def trunk_parts(self) -> list[nn.Module]:
        """Parts of the trunk, first layers first; training can freeze any number of leading ones.

        Together they hold every weight of the backbone once.
        """

    def box_head(self) -> BoxHead | None:
        """Make an untrained box head for this backbone's levels; None if it has no head."""
        return None

    @classmethod
    def has_box_head(cls) -> bool:
        """Return whether backbones of this class make a box head."""
        return cls.box_head is not Backbone.box_head
