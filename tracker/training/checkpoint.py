"""The state of a training and its checkpoint file, from which ``--resume`` continues exactly."""

import copy
import os
import pickle
from pathlib import Path
from typing import Any

import torch

from tracker.config import TrackerConfig
from tracker.errors import WeightsError
from tracker.models import Model, TwinNetwork
from tracker.training.config import TrainingConfig
from tracker.training.log import Total, Totals
from tracker.training.schedule import make_optimizer

FORMAT = "tracker-checkpoint-1"
"""Written into each checkpoint; another one would mark files that this code cannot read."""


class TrainingState:
    """Everything that changes during a training.

    Args:
        model: the network to train, which is moved to the device, and its settings.
        config: how to train it.
        device: where to train it.

    Attributes:
        network: the network being trained.
        average: a copy with the moving average of its weights, which is the result of training.
        optimizer: the optimizer of ``network``, with its moments.
        step: number of batches done.
        seconds: time spent on them.
        totals: sums of the measures since the last row of the log.
        tracker_config: settings of the tracker that go with the network.
    """

    def __init__(self, model: Model, config: TrainingConfig, device: torch.device) -> None:
        self.tracker_config = model.config
        self.network = _moved(model.network, device, torch.channels_last)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        self.optimizer = make_optimizer(self.network, config)
        self.step = 0
        self.seconds = 0.0
        self.totals: Totals = {}

    def averaged_model(self) -> Model:
        """Copy the averaged network to the CPU, as a model with its settings."""
        network = copy.deepcopy(self.average)
        network = _moved(network, torch.device("cpu"), torch.contiguous_format)
        return Model(network.architecture, network, self.tracker_config)

    def to_dict(self) -> dict[str, Any]:
        """Return the state as tensors and plain values."""
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "totals": {name: tuple(total) for name, total in self.totals.items()},
            "tracker_config": self.tracker_config.to_dict(),
        }

    def restore(self, values: dict[str, Any]) -> None:
        """Replace the state by one that ``to_dict`` returned."""
        self.network.load_state_dict(values["network"])
        self.average.load_state_dict(values["average"])
        self.optimizer.load_state_dict(values["optimizer"])
        self.step, self.seconds = values["step"], values["seconds"]
        self.totals = {name: Total(*total) for name, total in values["totals"].items()}
        self.tracker_config = TrackerConfig.from_dict(values["tracker_config"])


def _moved(network: TwinNetwork, device: torch.device, layout: torch.memory_format) -> TwinNetwork:
    """Move a network to a device and a memory layout, in place."""
    to: Any = network.to  # its annotations lack memory_format
    moved: TwinNetwork = to(device, memory_format=layout)
    return moved


def save_checkpoint(path: Path, state: TrainingState, about: dict[str, Any]) -> None:
    """Write a checkpoint atomically: a reader finds the old one or the new one, never half of it.

    Args:
        path: the file.
        state: the state to keep.
        about: plain values to keep with it, e.g. the recipe.
    """
    partial = path.with_name(f"{path.name}.part")
    try:
        with partial.open("wb") as file:
            torch.save({"format": FORMAT, **about, "state": state.to_dict()}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint; no code in it is run.

    Returns:
        The entries of ``about``, and the values of the state as "state".

    Raises:
        WeightsError: there is no such file, it is damaged, or it is not a checkpoint.
    """
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise WeightsError(f"there is no checkpoint {path} to go on from") from None
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(f"{path}: cannot be read as a checkpoint: {reason}") from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise WeightsError(f"{path}: expected a checkpoint of format {FORMAT}")
    return values


def fresh_model(values: dict[str, Any], config: TrainingConfig) -> Model:
    """Make a model like the one in a checkpoint, for ``TrainingState.restore`` to fill."""
    settings = TrackerConfig.from_dict(values["state"]["tracker_config"])
    return Model(config.architecture, TwinNetwork(config.architecture), settings)
