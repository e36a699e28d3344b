"""The twin network, its backbones, and its weights."""

from tracker.models.backbones import Features
from tracker.models.inference.folding import backbone_in, fuse_for_inference, prepare_for_inference
from tracker.models.twin import TwinNetwork
from tracker.models.weights import Model, available_models, load_model, save_model

__all__ = [
    "TwinNetwork",
    "Features",
    "Model",
    "load_model",
    "save_model",
    "available_models",
    "fuse_for_inference",
    "prepare_for_inference",
    "backbone_in",
]
