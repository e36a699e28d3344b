"""Settings of pairs for tests: without any random change, and of a single kind."""

from dataclasses import replace

from tracker.training.pair_config import KINDS, PairConfig

CLEAN = replace(
    PairConfig().augment,
    blur=0,
    jpeg=0,
    brightness=0,
    offset=0,
    channel_gain=0,
    contrast=0,
    grey=0,
    occlusion=0,
    distractor=0,
)
"""No change of pixels."""

PLAIN = {
    "negatives": 0,
    "max_shift": 0,
    "max_zoom": 1,
    "max_aspect": 1,
    "max_video_aspect": 1,
    "max_turn": 0,
    "exemplar_shift": 0,
    "exemplar_zoom": 1,
    "exemplar_aspect": 1,
    "backdrop": 0,
    "mirrored": 0,
    "augment": CLEAN,
}
"""Settings of crops as the tracker cuts them, without negatives."""


def only(kind, **settings):
    """Settings of pairs of one kind."""
    return PairConfig(**{**dict.fromkeys(KINDS, 0.0), kind: 1.0, **settings})
