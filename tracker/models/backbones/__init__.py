"""The backbones that a twin network can be built on.

``base`` describes what a backbone must provide.
"""

from tracker.models.backbones.alexnet import AlexNetBackbone
from tracker.models.backbones.base import Backbone, Features
from tracker.models.backbones.lite import LiteBackbone

__all__ = ["BACKBONES", "Backbone", "Features", "AlexNetBackbone", "LiteBackbone"]

BACKBONES: dict[str, type[Backbone]] = {"lite": LiteBackbone, "siamfc": AlexNetBackbone}
"""All backbones, by the name of the architecture."""
