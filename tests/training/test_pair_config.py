"""The settings of pairs: their ranges and messages."""

import pytest

from tracker.errors import SettingError
from tracker.training.augment_config import AugmentConfig
from tracker.training.pair_config import KINDS, PairConfig

GAPS = "a list of whole numbers, at least 1"
WEIGHTS = "a table of finite numbers, at least 0"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("videos", -1, "at least 0"),
        ("negatives", 1.5, "from 0 to 1"),
        ("negatives", True, "a finite number"),
        ("max_zoom", 0.9, "at least 1"),
        ("max_shift", float("inf"), "a finite number"),
        ("max_turn", 60, "from 0 to 45"),
        ("gaps", (), GAPS),
        ("gaps", (0,), GAPS),
        ("gaps", (2, 1.5), GAPS),
        ("gaps", 3, GAPS),
        ("weights", 2.0, WEIGHTS),
        ("weights", {"stills/a": -1}, WEIGHTS),
        ("weights", {"stills/a": True}, WEIGHTS),
        ("weights", {"stills/a": "much"}, WEIGHTS),
        ("cache_bytes", -1, "a whole number, at least 0"),
        ("min_side", 0, "at least 1"),
        ("proposals", 0, "a whole number, at least 1"),
        ("proposals", 2.5, "a whole number, at least 1"),
        ("proposal_shift", -0.1, "at least 0"),
        ("proposal_zoom", -0.1, "at least 0"),
    ],
)
def test_a_value_that_is_refused_is_named(name, value, expected):
    with pytest.raises(SettingError) as caught:
        PairConfig(**{name: value})
    assert str(caught.value) == f"setting {name} must be {expected}, got {value!r}"


def test_every_kind_has_its_share():
    shares = [getattr(PairConfig(), kind) for kind in KINDS]
    assert shares == [0.55, 0.30, 0.08, 0.07]
    assert sum(shares) == pytest.approx(1)


def test_a_list_of_gaps_is_kept_as_a_tuple():
    assert PairConfig(gaps=[1, 2]) == PairConfig(gaps=(1, 2))
    assert PairConfig.from_dict({"gaps": [7]}).gaps == (7,)


def test_the_settings_of_the_pixels_are_not_in_the_table_of_pairs():
    """They have a table and checks of their own."""
    assert PairConfig().augment == AugmentConfig()
    with pytest.raises(SettingError, match="unknown setting 'augment'"):
        PairConfig.from_dict({"augment": {}})
