"""All settings of the optimisation, one commented default per line."""

import math
from dataclasses import dataclass, fields

from tracker.training.objectives import OBJECTIVES

TRUNK_PARTS = {"lite": 11, "siamfc": 5}
"""Blocks or convolutions of each trunk, see ``tracker.training.freezing``."""


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained; the defaults refine the shipped ``lite``.

    Amounts are counted in pairs, not in steps, so that they keep their meaning with another batch
    size.

    Raises:
        ValueError: a value outside the range given beside it.
    """

    architecture: str = "lite"  # "lite" or "siamfc"
    init: str = "lite"  # first weights: "random", "imagenet" (lite only), a shipped model, a file
    loss: str = "logistic"  # "logistic", "contrastive", "triplet", "box" or "imitation"
    seed: int = 0  # of the pairs and of random first weights, >= 0
    pairs: int = 100_000  # to train on in all; those of a last incomplete batch are left out
    batch_size: int = 16  # pairs per step, over all processes
    optimizer: str = "adamw"  # "adamw" or "sgd" (with momentum 0.9)
    learning_rate: float = 1e-3  # largest, of all that is not the trunk, > 0
    trunk_learning_rate: float = 0.1  # of the trunk, as a share of that, 0 to 1
    weight_decay: float = 1e-4  # on weights with more than one axis, >= 0
    warmup: int = 1_000  # pairs over which the learning rate rises from 0
    final_learning_rate: float = 0.02  # at the end of the cosine, as a share, 0 to 1
    clip: float = 5.0  # largest norm of the gradient, > 0
    ema: float = 0.995  # decay per step of the averaged weights, which are kept; 0 for none
    freeze: int = 5  # leading blocks (lite) or convolutions (siamfc) that stay as they are
    unfreeze_at: float = 1.0  # share of training after which nothing is frozen any more, 0 to 1
    batch_norm: str = "stored"  # of the trunk: "stored" statistics, or those of each "batch"
    precision: str = "float32"  # of the forward pass: "float32" or "bfloat16"
    log_every: int = 500  # pairs per row of the log
    checkpoint_minutes: float = 5.0  # time between two checkpoints, >= 0
    validate_every: int = 20_000  # pairs between two validations
    hold_out_every: int = 5  # one video clip in this many is for validation, >= 2

    def __post_init__(self) -> None:
        for field in fields(self):
            self._check_type(field.name, type(field.default))
        for name, known in (
            ("architecture", tuple(TRUNK_PARTS)),
            ("loss", tuple(OBJECTIVES)),
            ("optimizer", ("adamw", "sgd")),
            ("batch_norm", ("stored", "batch")),
            ("precision", ("float32", "bfloat16")),
        ):
            self._check(name, getattr(self, name) in known, f"one of {', '.join(known)}")
        needed = {"box": "lite", "imitation": "siamfc"}.get(self.loss, self.architecture)
        self._check("architecture", self.architecture == needed, f"{needed} for {self.loss}")
        for name in ("pairs", "batch_size", "log_every", "validate_every"):
            self._check(name, getattr(self, name) >= 1, "at least 1")
        self._check("pairs", self.pairs >= self.batch_size, "at least the batch size")
        for name in ("seed", "weight_decay", "warmup", "freeze", "checkpoint_minutes"):
            self._check(name, getattr(self, name) >= 0, "at least 0")
        parts = TRUNK_PARTS[self.architecture]
        self._check("freeze", self.freeze <= parts, f"at most {parts} for {self.architecture}")
        for name in ("learning_rate", "clip"):
            self._check(name, getattr(self, name) > 0, "above 0")
        for name in ("trunk_learning_rate", "final_learning_rate", "unfreeze_at"):
            self._check(name, 0 <= getattr(self, name) <= 1, "from 0 to 1")
        self._check("ema", 0 <= self.ema < 1, "from 0 to below 1")
        self._check("hold_out_every", self.hold_out_every >= 2, "at least 2")

    @property
    def steps(self) -> int:
        """Number of batches."""
        return self.pairs // self.batch_size

    def _check_type(self, name: str, kind: type) -> None:
        value = getattr(self, name)
        if kind is float:
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            self._check(name, number and math.isfinite(value), "a finite number")
        else:
            expected = "a whole number" if kind is int else "text"
            self._check(name, type(value) is kind, expected)

    def _check(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise ValueError(f"setting {name} must be {expected}, got {getattr(self, name)!r}")
