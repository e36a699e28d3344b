"""All settings of the changes of pixels."""

from dataclasses import dataclass

from tracker.settings import Settings, setting


@dataclass(frozen=True)
class AugmentConfig(Settings):
    """How often and how much crops are changed, see ``augment``.

    Raises:
        SettingError: a value of another type or out of its range.
    """

    blur: float = setting(
        0.25,
        "share of crops that are blurred, half of them by motion; higher: more of them",
        low=0,
        high=1,
    )
    blur_width: int = setting(
        9, "width of the widest blur, pixels; higher: stronger blur", low=3, odd=True
    )
    brightness: float = setting(
        0.3, "largest change of the logarithm of all values; higher: more variety", low=0
    )
    offset: float = setting(
        20.0, "largest number added to all values; higher: more variety", low=0, high=255
    )
    channel_gain: float = setting(
        0.15, "largest change of the logarithm of one channel; higher: stronger tints", low=0
    )
    contrast: float = setting(
        0.3,
        "largest change of the logarithm of the distances to the mean; higher: more variety",
        low=0,
    )
    exemplar_colour: float = setting(
        0.6,
        "factor on the changes of the exemplar's colours; higher: they change more",
        low=0,
    )
    video_colour: float = setting(
        0.6,
        "factor on the changes of colours in pairs of videos, whose light changes by itself; "
        "higher: they change more",
        low=0,
    )
    grey: float = setting(
        0.2, "share of pairs without colour; higher: relies less on colour", low=0, high=1
    )
    jpeg: float = setting(
        0.15, "share of crops that are compressed; higher: more of them", low=0, high=1
    )
    jpeg_quality: int = setting(
        30, "lowest JPEG quality; higher: weaker compression", low=1, high=95
    )
    occlusion: float = setting(
        0.12,
        "share of search crops in which part of the object is hidden; higher: more of them",
        low=0,
        high=1,
    )
    occluder: float = setting(
        0.5,
        "largest side of the hidden part, as a share of the object's; higher: hides more",
        low=0,
        high=1,
    )
    distractor: float = setting(
        0.25,
        "share of search crops with another object pasted beside it; higher: more of them",
        low=0,
        high=1,
    )
