"""Find, load and save weights files, without pickle.

A weights file is a safetensors file. Its metadata holds the architecture, the tracker's
configuration, the origin, and two SHA-256 hashes, over all tensors and over the settings. Loading
checks all of them, because a tracker with damaged numbers would run without an error, but badly.
"""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from tracker.config import TrackerConfig
from tracker.errors import SettingError, WeightsError
from tracker.models.backbones import BACKBONES
from tracker.models.twin import TwinNetwork

FORMAT = "tracker-weights-1"
DEFAULT_MODEL = "lite"
_DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64)
# Largest values in a file: beyond them, tracking could take memory or time without bound.
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
    """A network, the tracker settings chosen for it, and its name.

    Raises:
        SettingError: ``box_lr`` is not 0 for a network without a box head.
    """

    name: str
    network: TwinNetwork
    config: TrackerConfig

    def __post_init__(self) -> None:
        if self.config.box_lr and self.network.head is None:
            raise SettingError(
                f"setting box_lr must be 0 for {self.network.architecture}, which has no box "
                f"head, got {self.config.box_lr!r}"
            )

    def with_settings(self, **settings: Any) -> Self:
        """Return a model with the same network and some settings changed.

        Args:
            settings: values by the names of ``TrackerConfig``.

        Raises:
            TypeError: a name that is no setting.
            SettingError: a value of another type or out of range, or one that this network does
                not allow.
        """
        return replace(self, config=replace(self.config, **settings))


def available_models() -> dict[str, bool]:
    """Return every model's name, and whether its weights are in the package."""
    return {name: _shipped_file(name).exists() for name in BACKBONES}


def load_model(model: str | os.PathLike[str] = "default") -> Model:
    """Load a shipped model by name, or a weights file by path.

    Args:
        model: "default" (the best one shipped), the name of a model, or a ``.safetensors`` file.

    Raises:
        WeightsError: no such model or file, a model that has no weights yet, or a file that is
            damaged, has values that are not finite, or belongs to another network.
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
    """Write a weights file atomically, with filters and matrices in 16 bits.

    That halves the file, and the 11 bits of precision that remain suffice for a tracker. Vectors
    and scalars keep 32 bits: biases, and the statistics of batch norms, which can be large.

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
    """Return the SHA-256 over names, types, shapes and values of tensors, sorted by name."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def settings_sha256(metadata: dict[str, str]) -> str:
    """Return the SHA-256 over architecture and settings; older files do not store it."""
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
        model = Model(name, network, config)
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
    return model


def _check_limits(config: TrackerConfig, network: TwinNetwork) -> None:
    """Refuse exemplar crops too small for the network, and settings beyond ``_LIMITS``.

    Raises:
        SettingError: naming the setting.
    """
    smallest = network.backbone.min_exemplar_size
    if config.exemplar_size < smallest:
        raise SettingError(
            f"setting exemplar_size must be at least {smallest} for {network.architecture}, "
            f"got {config.exemplar_size}"
        )
    for name, limit in _LIMITS.items():
        if getattr(config, name) > limit:
            raise SettingError(
                f"setting {name} must be at most {limit}, got {getattr(config, name)!r}"
            )


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}, {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path}: cannot be read as a safetensors file: {error}") from error
