"""All settings of the optimisation."""

from dataclasses import dataclass
from typing import Literal, get_args

from tracker.models.backbones import BACKBONES
from tracker.settings import Settings, setting
from tracker.training.imitation import STUDENT
from tracker.training.objectives import OBJECTIVES

Optimizer = Literal["adamw", "sgd"]
Statistics = Literal["stored", "batch"]
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class TrainingConfig(Settings):
    """How a network is trained; the defaults refine the shipped ``lite``.

    Amounts are counted in pairs, not in steps, so that they keep their meaning with another batch
    size.

    Raises:
        SettingError: a value of another type or out of its range.
    """

    # network and loss
    architecture: str = setting(
        "lite",
        "the network to train",
        check=lambda name: isinstance(name, str) and name in BACKBONES,
        expected=f"one of {', '.join(BACKBONES)}",
    )
    init: str = setting(
        "lite", "first weights: random, imagenet (lite only), a shipped model, or a weights file"
    )
    loss: str = setting("logistic", "what is minimised", choices=tuple(OBJECTIVES))
    seed: int = setting(0, "seed of the pairs and of random first weights", low=0)

    # amount
    pairs: int = setting(
        100_000,
        "pairs to train on, at least batch_size; those of an incomplete last batch are left out; "
        "higher: trains longer",
        low=1,
    )
    batch_size: int = setting(
        16, "pairs per step, over all processes; higher: fewer and smoother steps", low=1
    )

    # steps
    optimizer: Optimizer = setting(
        "adamw", "adamw, or sgd with momentum 0.9", choices=get_args(Optimizer)
    )
    learning_rate: float = setting(
        1e-3, "largest rate of all weights but the trunk's; higher: larger steps", above=0
    )
    trunk_learning_rate: float = setting(
        0.1, "rate of the trunk, as a share of that; higher: the trunk changes more", low=0, high=1
    )
    weight_decay: float = setting(
        1e-4, "decay of weights with more than one axis; higher: smaller weights", low=0
    )
    warmup: int = setting(
        1_000, "pairs over which the learning rate rises from 0; higher: a gentler start", low=0
    )
    final_learning_rate: float = setting(
        0.02,
        "rate at the end of the cosine, as a share of the largest; higher: falls less",
        low=0,
        high=1,
    )
    clip: float = setting(
        5.0, "largest norm of the gradient; higher: rare large steps pass uncut", above=0
    )
    ema: float = setting(
        0.995,
        "decay per step of the averaged weights, which are the result, 0: no averaging; higher: "
        "averages over more steps",
        low=0,
        below=1,
    )

    # frozen parts
    freeze: int = setting(
        5,
        "leading parts of the trunk (blocks or convolutions) that are not trained; higher: faster, "
        "adapts less",
        low=0,
    )
    unfreeze_at: float = setting(
        1.0,
        "share of training after which nothing is frozen; higher: frozen for longer",
        low=0,
        high=1,
    )
    batch_norm: Statistics = setting(
        "stored",
        "statistics used by the trunk's batch norms: stored, or of each batch",
        choices=get_args(Statistics),
    )

    # execution and reports
    precision: Precision = setting(
        "float32",
        "of the forward pass; bfloat16: less memory, faster on GPUs",
        choices=get_args(Precision),
    )
    log_every: int = setting(500, "pairs per row of the log; higher: fewer rows", low=1)
    checkpoint_minutes: float = setting(
        5.0, "minutes between two checkpoints; higher: more is lost if training is killed", low=0
    )
    validate_every: int = setting(
        20_000, "pairs between two validations; higher: less often", low=1
    )
    hold_out_every: int = setting(
        5, "one video clip in this many is for validation; higher: more to train on", low=2
    )

    @property
    def steps(self) -> int:
        """Number of batches."""
        return self.pairs // self.batch_size

    def check_together(self) -> None:
        self._require("pairs", self.pairs >= self.batch_size, "at least the batch size")
        able = list(BACKBONES)
        if self.loss == "box":
            able = [name for name, backbone in BACKBONES.items() if backbone.has_box_head()]
        elif self.loss == "imitation":
            able = [STUDENT]
        self._require(
            "architecture", self.architecture in able, f"{' or '.join(able)} for {self.loss}"
        )
