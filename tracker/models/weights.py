"""Weights files: find, check, load and save. No pickle anywhere.

A weights file is a safetensors file whose metadata says what it is for: architecture, tracker
configuration, where it came from, and a SHA-256 over all tensors and one over the settings. Loading
checks all of it, since damaged numbers would otherwise track badly without a word.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from tracker.config import TrackerConfig
from tracker.errors import WeightsError
from tracker.models.backbones import BACKBONES
from tracker.models.twin import TwinNetwork

FORMAT = "tracker-weights-1"
DEFAULT_MODEL = "lite"
_DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64)
_LIMITS = {
    "exemplar_size": 1024,
    "search_size": 2048,
    "num_scales": 99,
    "response_upsampling": 64,
    "filter_first_steps": 1000,
    "filter_steps": 1000,
    "filter_memory": 1000,
}
_SHIPPED = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class Model:
    """A loaded network, the settings that it was chosen for, and its name."""

    name: str
    network: TwinNetwork
    config: TrackerConfig


def available_models() -> dict[str, bool]:
    """Every model by name, and whether its weights are in the package."""
    return {name: _shipped_file(name).exists() for name in BACKBONES}


def load_model(model: str | os.PathLike[str] = "default") -> Model:
    """Load a shipped model by name, or a weights file by path.

    Args:
        model: "default" (the best one shipped), the name of a model, or a ``.safetensors`` file.

    Raises:
        WeightsError: no such model or file, no weights for it yet, or a file that is damaged, not
            finite, or made for another network.
    """
    name = DEFAULT_MODEL if model == "default" else os.fspath(model)
    if name in BACKBONES:
        path = _shipped_file(name)
        if not path.exists():
            raise WeightsError(f"model {name!r} has no weights yet: train it, or name a file")
        return _load_file(path, name)
    path = Path(name)
    if not os.path.isfile(name):
        raise WeightsError(
            f"expected a weights file or one of default, {', '.join(BACKBONES)}; got {name!r}"
        )
    return _load_file(path, path.stem)


def save_model(path: str | os.PathLike[str], model: Model, about: dict[str, str]) -> None:
    """Write a weights file atomically, filters and matrices in 16 bits.

    Half the size, and 11 bits of precision are more than a tracker's weights mean; biases and the
    statistics of batch norms, which can be large, keep their 32.

    Args:
        path: the file to write; an existing one is replaced in one step.
        model: what to store.
        about: free text on origin, licence and training, kept in the metadata.
    """
    tensors = {
        name: (tensor.half() if tensor.ndim > 1 else tensor).contiguous()
        for name, tensor in model.network.state_dict().items()
    }
    metadata = about | {
        "format": FORMAT,
        "architecture": model.network.architecture,
        "config": json.dumps(model.config.to_dict()),
        "sha256": tensors_sha256(tensors),
    }
    metadata["settings_sha256"] = settings_sha256(metadata)
    partial = Path(f"{os.fspath(path)}.part")
    try:
        save_file(tensors, partial, metadata)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def tensors_sha256(tensors: dict[str, Tensor]) -> str:
    """SHA-256 over names, types, shapes and values of tensors, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def settings_sha256(metadata: dict[str, str]) -> str:
    """SHA-256 over architecture and settings; files of before it was kept have none."""
    settings = "\n".join(metadata.get(name, "") for name in ("architecture", "config"))
    return hashlib.sha256(settings.encode()).hexdigest()


def _shipped_file(name: str) -> Path:
    return _SHIPPED / f"{name}.safetensors"


def _load_file(path: Path, name: str) -> Model:
    metadata, tensors = _read(path)
    if metadata.get("format") != FORMAT:
        raise WeightsError(
            f"{path}: expected weights of format {FORMAT}, got {metadata.get('format')}"
        )
    if metadata.get("sha256") != tensors_sha256(tensors):
        raise WeightsError(f"{path}: the weights are damaged, their SHA-256 is not the stored one")
    if metadata.get("settings_sha256", settings_sha256(metadata)) != settings_sha256(metadata):
        raise WeightsError(f"{path}: the settings are damaged, their SHA-256 is not the stored one")
    try:
        network = TwinNetwork(metadata.get("architecture", ""))
        config = TrackerConfig.from_dict(json.loads(metadata["config"]))
        _check_limits(config, network)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise WeightsError(f"{path}: {error}") from error
    for key, tensor in tensors.items():
        if tensor.dtype not in _DTYPES:
            raise WeightsError(
                f"{path}: expected real numbers of 16 to 64 bits; {key} has {tensor.dtype}"
            )
        if not torch.isfinite(tensor).all():
            raise WeightsError(f"{path}: expected finite weights; {key} is not")
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(
            f"{path}: not the weights of {network.architecture!r}: {reason}"
        ) from None
    for key, own in network.state_dict().items():
        if own.is_floating_point() != tensors[key].is_floating_point():
            raise WeightsError(f"{path}: expected {own.dtype} for {key}; got {tensors[key].dtype}")
    if config.box_lr and network.head is None:
        raise WeightsError(
            f"{path}: expected box_lr 0 for {network.architecture}, which has no box head; "
            f"got {config.box_lr}"
        )
    return Model(name, network, config)


def _check_limits(config: TrackerConfig, network: TwinNetwork) -> None:
    """Refuse crops too small for the network, and what would take memory or time without bound."""
    smallest = network.backbone.min_exemplar_size
    if config.exemplar_size < smallest:
        raise ValueError(
            f"setting exemplar_size must be at least {smallest} for {network.architecture}, "
            f"got {config.exemplar_size}"
        )
    for name, limit in _LIMITS.items():
        if getattr(config, name) > limit:
            raise ValueError(
                f"setting {name} must be at most {limit}, got {getattr(config, name)!r}"
            )


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}, {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path}: cannot be read as a safetensors file: {error}") from error
