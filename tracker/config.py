"""All settings of the tracking loop.

Names follow the SiamFC paper and its reference code (Bertinetto et al., "Fully-Convolutional
Siamese Networks for Object Tracking", 2016). A configuration is stored in the weights file of the
model that it was chosen for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tracker.settings import Settings, setting


@dataclass(frozen=True)
class TrackerConfig(Settings):
    """Settings of one tracker; the defaults are SiamFC's, without box head and learned filter.

    Raises:
        SettingError: a value of another type or out of its range.
    """

    OLD_NAMES: ClassVar[Mapping[str, str]] = {
        f"kernel_{name}": f"filter_{name}"
        for name in (
            "first_steps",
            "steps",
            "interval",
            "memory",
            "lr",
            "first_weight",
            "regularization",
            "background",
            "sigma",
        )
    }

    # crops
    exemplar_size: int = setting(
        127, "side of the exemplar crop, pixels; higher: finer details, slower", low=1
    )
    search_size: int = setting(
        255,
        "side of the search crop, pixels, at least exemplar_size; higher: looks farther, slower",
    )
    context_amount: float = setting(
        0.5,
        "margin on each side of the box, as a share of (w + h) / 2; higher: more surroundings",
        low=0,
    )

    # scale and size
    num_scales: int = setting(
        3,
        "search crops per frame, one a scale; higher: follows the size better, slower",
        low=1,
        odd=True,
    )
    scale_step: float = setting(
        1.0375, "ratio of neighbouring scales; higher: allows larger changes of size", above=1
    )
    scale_penalty: float = setting(
        0.9745,
        "factor on the peaks of all but the middle scale; higher: the size changes more easily",
        low=0,
        high=1,
    )
    scale_lr: float = setting(
        0.59, "share of the chosen scale's change that is applied; higher: faster", low=0, high=1
    )
    box_lr: float = setting(
        0.0,
        "exponent of the box head's change of width and height; higher: faster, 0: head not used",
        low=0,
        high=1,
    )
    box_center: float = setting(
        0.0,
        "how far the centre follows the box head; higher: farther from the response's peak",
        low=0,
        high=1,
    )
    hold_score: float = setting(
        0.05, "score below which the size is kept; higher: kept more often", low=0, high=1
    )
    min_size_ratio: float = setting(
        0.2, "smallest size, as a share of the first frame's; higher: shrinks less", low=0, high=1
    )
    max_size_ratio: float = setting(
        5.0, "largest size, as a multiple of the first frame's; higher: grows more", low=1
    )

    # response
    window_influence: float = setting(
        0.176, "weight of the cosine window; higher: prefers small displacements", low=0, high=1
    )
    response_upsampling: int = setting(
        8, "factor of the response map's bicubic upsampling; higher: finer positions, slower", low=1
    )

    # learned filter
    filter_first_steps: int = setting(
        0, "descent steps on the first frame; higher: closer fit, 0: no learned filter", low=0
    )
    filter_steps: int = setting(
        2, "descent steps after each new sample; higher: adapts faster, slower", low=0
    )
    filter_interval: int = setting(
        8, "frames between two samples; higher: learns less often, cheaper", low=1
    )
    filter_memory: int = setting(
        12, "samples kept besides the first frame's; higher: remembers longer, slower", low=1
    )
    filter_lr: float = setting(
        0.02, "weight of a new sample; higher: forgets earlier ones sooner", low=0, below=1
    )
    filter_first_weight: float = setting(
        0.15,
        "least total weight of the first frame's samples; higher: stays closer to it",
        low=0,
        high=1,
    )
    filter_regularization: float = setting(
        0.02, "weight of the filter's squared norm; higher: smoother, less specific", low=0
    )
    filter_background: float = setting(
        0.25,
        "weight of positions off the object (on it: 1 more); higher: suppresses surroundings more",
        low=0,
    )
    filter_sigma: float = setting(
        0.25,
        "width of the wanted peak, as a share of the object's side; higher: broader peaks",
        above=0,
    )

    # score and state
    score_midpoint: float = setting(0.0, "response peak that scores 0.5; higher: lower scores")
    score_slope: float = setting(
        1.0, "slope of the log odds over the peak; higher: scores nearer 0 or 1", above=0
    )
    score_share: float = setting(
        0.0,
        "how far peaks are compared with the object's usual one, 0: not; higher: more",
        low=0,
        high=1,
    )
    usual_peak: float = setting(
        0.35, "usual peak assumed at the start; higher: lower scores at first", above=0
    )
    usual_lr: float = setting(
        0.05,
        "share of a new peak in the usual one; higher: the usual peak adapts faster",
        low=0,
        high=1,
    )
    tracking_score: float = setting(
        0.5, "score from which an object is tracked; higher: uncertain more often", low=0, high=1
    )
    learn_score: float = setting(
        0.5, "score from which the filter is updated; higher: updated less often", low=0, high=1
    )
    lost_score: float = setting(
        0.15,
        "score below which doubt grows, at most tracking_score; higher: lost sooner",
        low=0,
        high=1,
    )
    lost_doubt: float = setting(
        2.5, "doubt from which an object is lost, in log odds; higher: lost later", above=0
    )

    # finding again
    sweep_frames: int = setting(
        10,
        "frames in which the whole frame is searched once; higher: found later, cheaper",
        low=1,
    )
    sweep_crops: int = setting(
        3, "most crops of that search in one frame; higher: found sooner, more costly", low=1
    )
    near_frames: int = setting(
        30,
        "frames after a loss in which a peak near the old place suffices; higher: longer",
        low=0,
    )
    found_share: float = setting(
        0.6, "least peak of a find, as a share of the usual peak; higher: fewer finds", above=0
    )
    found_similarity: float = setting(
        0.5,
        "least cosine similarity of a find to a kept exemplar; higher: fewer finds",
        low=-1,
        high=1,
    )
    found_frames: int = setting(
        3, "good frames in a row until a find is tracked again; higher: later", low=1
    )
    memory_size: int = setting(
        6, "latest exemplars kept to recognise a find; higher: remembers longer", low=0
    )
    memory_score: float = setting(
        0.8, "score from which an exemplar is kept; higher: fewer are kept", low=0, high=1
    )

    # several objects
    claim_overlap: float = setting(
        0.5, "IoU above which two boxes conflict; higher: conflicts are rarer", low=0, high=1
    )

    def check_together(self) -> None:
        self._require(
            "search_size", self.search_size >= self.exemplar_size, "at least exemplar_size"
        )
        self._require(
            "lost_score", self.lost_score <= self.tracking_score, "from 0 to tracking_score"
        )
