"""All settings of the tracking loop.

The names are those of the SiamFC paper and of its reference code (Bertinetto et al., "Fully-
Convolutional Siamese Networks for Object Tracking", 2016). A configuration travels inside the
weights file of the model that it was chosen for.
"""

from dataclasses import dataclass
from typing import ClassVar

from tracker.settings import Settings, setting


@dataclass(frozen=True)
class TrackerConfig(Settings):
    """Settings of one tracker.

    Raises:
        SettingError: a value outside of its range.
    """

    OLD_NAMES: ClassVar[dict[str, str]] = {
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
        127, "side of the exemplar crop, pixels; higher: finer and slower", low=1
    )
    search_size: int = setting(
        255, "side of the search crop, pixels, exemplar_size or more; higher: looks farther, slower"
    )
    context_amount: float = setting(
        0.5, "margin around the box, as a share of (w + h) / 2; higher: more surroundings", low=0
    )

    # scale and size
    num_scales: int = setting(
        3, "search crops per frame; higher: follows the size better, slower", low=1, odd=True
    )
    scale_step: float = setting(
        1.0375, "ratio between neighbouring scales; higher: larger changes of size", above=1
    )
    scale_penalty: float = setting(
        0.9745,
        "factor on the peak of a changed scale; higher: the size changes sooner",
        low=0,
        high=1,
    )
    scale_lr: float = setting(
        0.59, "how far the size follows the chosen scale; higher: faster", low=0, high=1
    )
    box_lr: float = setting(
        0.0,
        "how far width and height follow the box head; higher: faster, 0: no head",
        low=0,
        high=1,
    )
    hold_score: float = setting(
        0.05, "score below which the size is held; higher: held more often", low=0, high=1
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
        8, "bicubic refinement of the response map; higher: finer positions, slower", low=1
    )

    # learned filter
    filter_first_steps: int = setting(
        0, "descent steps on the first frame; higher: fits it closer, 0: no learned filter", low=0
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
        0.02, "weight of a new sample; higher: forgets the old ones sooner", low=0, below=1
    )
    filter_first_weight: float = setting(
        0.15, "least weight of the first frame's samples; higher: stays closer to it", low=0, high=1
    )
    filter_regularization: float = setting(
        0.02, "weight of the filter's squared norm; higher: smoother, less specific", low=0
    )
    filter_background: float = setting(
        0.25,
        "weight of positions off the object, those on it having 1 more; higher: suppresses "
        "surroundings more",
        low=0,
    )
    filter_sigma: float = setting(
        0.25, "width of the label, as a share of the object's side; higher: broader peaks", above=0
    )

    # score and state
    score_midpoint: float = setting(0.0, "response peak that scores 0.5; higher: lower scores")
    score_slope: float = setting(
        1.0, "steepness of the score at that peak; higher: scores nearer 0 or 1", above=0
    )
    score_share: float = setting(
        0.0,
        "how far the peak is judged relative to the usual one; higher: more relative",
        low=0,
        high=1,
    )
    usual_peak: float = setting(
        0.35, "the usual peak to begin with; higher: expects more of the first frames", above=0
    )
    usual_lr: float = setting(
        0.05, "how fast it follows the peaks of a tracked object; higher: faster", low=0, high=1
    )
    tracking_score: float = setting(
        0.5, "score from which the state is tracking; higher: uncertain more often", low=0, high=1
    )
    learn_score: float = setting(
        0.5, "score from which the filter is updated; higher: learns less", low=0, high=1
    )
    lost_score: float = setting(
        0.15,
        "score below which doubt grows, at most tracking_score; higher: lost sooner",
        low=0,
        high=1,
    )
    lost_doubt: float = setting(
        2.5, "doubt from which the state is lost, in log odds; higher: lost later", above=0
    )

    # finding again
    sweep_frames: int = setting(
        10, "frames that a search of the whole frame takes; higher: slower search, cheaper", low=1
    )
    sweep_crops: int = setting(
        3, "most search crops of a sweep in one frame; higher: faster search, dearer", low=1
    )
    near_frames: int = setting(
        30,
        "frames in which a hit near the old place skips the similarity check; higher: longer",
        low=0,
    )
    found_share: float = setting(
        0.6, "least peak of a find, as a share of the usual; higher: fewer finds", above=0
    )
    found_similarity: float = setting(
        0.5, "least cosine to an exemplar seen before; higher: fewer finds", low=-1, high=1
    )
    found_frames: int = setting(
        3, "tracked frames in a row until a find is tracking again; higher: later", low=1
    )
    memory_size: int = setting(
        6, "latest exemplars kept to recognise a find; higher: remembers longer", low=0
    )
    memory_score: float = setting(
        0.8, "score from which an exemplar is kept; higher: fewer are", low=0, high=1
    )

    # several objects
    claim_overlap: float = setting(
        0.5, "IoU above which two boxes conflict; higher: conflicts are rarer", low=0, high=1
    )

    def check_together(self) -> None:
        self._require("search_size", self.search_size >= self.exemplar_size, "the exemplar's size")
        self._require(
            "lost_score", self.lost_score <= self.tracking_score, "from 0 to tracking_score"
        )
