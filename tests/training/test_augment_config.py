"""The settings of the changes of pixels: their ranges and messages."""

import pytest

from tracker.errors import SettingError
from tracker.training.augment_config import AugmentConfig


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"blur": 1.1}, "setting blur must be from 0 to 1, got 1.1"),
        ({"blur": True}, "setting blur must be a finite number, got True"),
        ({"blur_width": 4}, "setting blur_width must be an odd number, at least 3, got 4"),
        ({"blur_width": 1}, "setting blur_width must be an odd number, at least 3, got 1"),
        ({"blur_width": 5.0}, "setting blur_width must be a whole number, got 5.0"),
        ({"brightness": -0.1}, "setting brightness must be at least 0, got -0.1"),
        ({"contrast": float("nan")}, "setting contrast must be a finite number, got nan"),
        ({"offset": 300}, "setting offset must be from 0 to 255, got 300"),
        ({"jpeg_quality": 0}, "setting jpeg_quality must be from 1 to 95, got 0"),
        ({"occluder": "half"}, "setting occluder must be a finite number, got 'half'"),
    ],
)
def test_a_value_that_is_refused_is_named(values, message):
    with pytest.raises(SettingError) as caught:
        AugmentConfig(**values)
    assert str(caught.value) == message


def test_the_ends_of_the_ranges_are_allowed():
    for blur, width, offset, quality in ((0, 3, 0, 1), (1, 255, 255, 95)):
        AugmentConfig(blur=blur, blur_width=width, offset=offset, jpeg_quality=quality)
