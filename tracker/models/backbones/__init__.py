"""The networks that a twin network can be built on, by the name of its architecture.

``base`` says what a new one must offer; it is then added to ``BACKBONES``.
"""

from tracker.models.backbones.alexnet import AlexNetBackbone
from tracker.models.backbones.base import Backbone, Features
from tracker.models.backbones.lite import LiteBackbone

__all__ = ["BACKBONES", "Backbone", "Features", "AlexNetBackbone", "LiteBackbone"]

BACKBONES: dict[str, type[Backbone]] = {"lite": LiteBackbone, "siamfc": AlexNetBackbone}
