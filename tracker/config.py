"""All settings of the tracking loop, one commented default per line.

The names are those of the SiamFC paper and of its reference code (Bertinetto et al., "Fully-
Convolutional Siamese Networks for Object Tracking", 2016). A configuration travels inside the
weights file of the model that it was chosen for.
"""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class TrackerConfig:
    """Settings of one tracker.

    Raises:
        ValueError: a value outside the range given beside it.
    """

    exemplar_size: int = 127  # side of the exemplar crop fed to the network, pixels
    search_size: int = 255  # side of the search crop fed to the network, pixels
    context_amount: float = 0.5  # margin around the box, as a share of (w + h) / 2, >= 0
    num_scales: int = 3  # search crops per frame, odd
    scale_step: float = 1.0375  # ratio between neighbouring scales, > 1
    scale_penalty: float = 0.9745  # factor on the peak of a changed scale, 0 to 1
    scale_lr: float = 0.59  # how fast the size follows the chosen scale, 0 to 1
    box_lr: float = 0.0  # how fast width and height follow the box head, 0 to 1; 0 leaves it out
    hold_score: float = 0.05  # below this score they stay as they are, 0 to 1
    window_influence: float = 0.176  # weight of the cosine window in the response, 0 to 1
    response_upsampling: int = 8  # bicubic refinement of the response map, >= 1
    kernel_first_steps: int = 0  # steps of descent on the first frame; 0 keeps the exemplar as is
    kernel_steps: int = 2  # steps of descent after each new sample, >= 0
    kernel_interval: int = 8  # frames between two samples, >= 1
    kernel_memory: int = 12  # samples kept besides the first frame's, >= 1
    kernel_lr: float = 0.02  # weight of a new sample; the old ones make room, 0 to below 1
    kernel_first_weight: float = 0.15  # least weight of the first frame's samples, 0 to 1
    kernel_regularization: float = 0.02  # weight of the kernel's squared length, >= 0
    kernel_background: float = 0.25  # weight off the object; on it, it is 1 more, >= 0
    kernel_sigma: float = 0.25  # deviation of the wanted response, as a share of the side, > 0
    min_size_ratio: float = 0.2  # smallest size, as a share of the first frame's, 0 to 1
    max_size_ratio: float = 5.0  # largest size, as a multiple of the first frame's, >= 1
    score_midpoint: float = 0.0  # response peak at which the score is 0.5
    score_slope: float = 1.0  # steepness of the score at that peak, > 0
    score_share: float = 0.0  # how much of the peak is judged as a share of the usual one, 0 to 1
    usual_peak: float = 0.35  # the usual peak to begin with, > 0
    usual_lr: float = 0.05  # how fast it follows the peaks of an object that is there, 0 to 1
    tracking_score: float = 0.5  # state is "tracking" from this score on, 0 to 1
    learn_score: float = 0.5  # the exemplar is refined from this score on, 0 to 1
    lost_score: float = 0.15  # a score below it adds to the doubt, 0 to tracking_score
    lost_doubt: float = 2.5  # doubt from which on the state is "lost", in log odds, > 0
    sweep_frames: int = 10  # frames that a search of the whole frame takes, >= 1
    sweep_crops: int = 3  # most search crops in one of them, >= 1
    near_frames: int = 30  # frames in which its old place needs no similarity, >= 0
    found_share: float = 0.6  # least peak of what is found again, as a share of the usual, > 0
    found_similarity: float = 0.5  # least cosine to an exemplar seen before, -1 to 1
    found_frames: int = 3  # tracked in a row until what was found is "tracking" again, >= 1
    claim_overlap: float = 0.5  # from here on the boxes of two objects are of one place, 0 to 1
    memory_size: int = 6  # latest exemplars that are kept to know a found object by, >= 0
    memory_score: float = 0.8  # an exemplar is kept from this score on, 0 to 1

    def __post_init__(self) -> None:
        for field in fields(self):
            value, whole = getattr(self, field.name), isinstance(field.default, int)
            number = isinstance(value, int if whole else (int, float)) and value is not True
            self._check(field.name, number and math.isfinite(value) and value is not False,
                        "a whole number" if whole else "a finite number")  # fmt: skip
        self._check("exemplar_size", self.exemplar_size >= 1, "at least 1")
        self._check("search_size", self.search_size >= self.exemplar_size, "the exemplar's size")
        self._check("context_amount", self.context_amount >= 0, "at least 0")
        self._check("num_scales", self.num_scales > 0 and self.num_scales % 2 == 1,
                    "an odd number, at least 1")  # fmt: skip
        self._check("scale_step", self.scale_step > 1, "above 1")
        for name in ("scale_penalty", "scale_lr", "box_lr", "hold_score", "window_influence",
                     "min_size_ratio", "kernel_first_weight", "score_share", "usual_lr",
                     "tracking_score", "learn_score", "memory_score", "claim_overlap"):  # fmt: skip
            self._check(name, 0 <= getattr(self, name) <= 1, "from 0 to 1")
        self._check("response_upsampling", self.response_upsampling >= 1, "at least 1")
        for name in ("kernel_first_steps", "kernel_steps", "kernel_regularization",
                     "kernel_background", "near_frames", "memory_size"):  # fmt: skip
            self._check(name, getattr(self, name) >= 0, "at least 0")
        self._check("kernel_lr", 0 <= self.kernel_lr < 1, "from 0 to below 1")
        for name in ("kernel_interval", "kernel_memory", "found_frames", "sweep_frames",
                     "sweep_crops"):  # fmt: skip
            self._check(name, getattr(self, name) >= 1, "at least 1")
        for name in ("kernel_sigma", "usual_peak", "lost_doubt", "found_share"):
            self._check(name, getattr(self, name) > 0, "above 0")
        self._check("max_size_ratio", self.max_size_ratio >= 1, "at least 1")
        self._check("found_similarity", -1 <= self.found_similarity <= 1, "from -1 to 1")
        self._check("score_slope", self.score_slope > 0, "above 0")
        self._check("lost_score", 0 <= self.lost_score <= self.tracking_score,
                    "from 0 to tracking_score")  # fmt: skip

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrackerConfig":
        """Build a configuration from stored values; missing ones take their defaults.

        Raises:
            ValueError: an unknown name, a value of another type, or one out of range.
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise ValueError(f"unknown setting {name!r}; known are {', '.join(known)}")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """All settings as plain numbers, ready for JSON."""
        return asdict(self)

    def _check(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise ValueError(f"setting {name} must be {expected}, got {getattr(self, name)!r}")
