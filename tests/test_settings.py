"""Declared settings: their checks, their words, their tables, and old names."""

from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import pytest

from tracker.errors import SettingError, TrackerError
from tracker.settings import (
    Setting,
    Settings,
    declared_settings,
    parse_settings,
    setting,
    settings_table,
)


@dataclass(frozen=True)
class Example(Settings):
    OLD_NAMES: ClassVar[dict[str, str]] = {"number": "count"}

    count: int = setting(3, "how many; higher: more", low=1, odd=True)
    share: float = setting(0.5, "how much; higher: more", low=0, high=1)
    name: str = setting("one", "what it is called", choices=("one", "two"))
    sides: tuple[int, ...] = setting(
        lambda: (4, 5),
        "sides, in pixels",
        kind=tuple,
        check=lambda value: isinstance(value, tuple) and min(value, default=0) > 0,
        expected="positive numbers",
    )
    bare: int = 0  # a field that is no setting

    def check_together(self) -> None:
        self._require("share", self.share * self.count <= 3, "at most 3 / count")


def test_defaults_and_values():
    example = Example(count=5, share=0)
    assert (example.count, example.share, example.name) == (5, 0, "one")
    assert example.sides == (4, 5)
    with pytest.raises(FrozenInstanceError):
        example.count = 7


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": 0}, "setting count must be an odd number, at least 1, got 0"),
        ({"count": 4}, "setting count must be an odd number, at least 1, got 4"),
        ({"count": 3.0}, "setting count must be a whole number, got 3.0"),
        ({"count": True}, "setting count must be a whole number, got True"),
        ({"share": 1.5}, "setting share must be from 0 to 1, got 1.5"),
        ({"share": "1"}, "setting share must be a finite number, got '1'"),
        ({"share": float("nan")}, "setting share must be a finite number, got nan"),
        ({"share": False}, "setting share must be a finite number, got False"),
        ({"share": None}, "setting share must be a finite number, got None"),
        ({"name": 1}, "setting name must be text, got 1"),
        ({"name": "three"}, "setting name must be one of one, two, got 'three'"),
        ({"sides": ()}, "setting sides must be positive numbers, got ()"),
        ({"count": 7}, "setting share must be at most 3 / count, got 0.5"),
    ],
)
def test_a_value_that_is_refused_is_named(values, message):
    with pytest.raises(SettingError) as caught:
        Example(**values)
    assert str(caught.value) == message
    assert isinstance(caught.value, TrackerError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("huge", [10**400, -(10**400)])
def test_numbers_beyond_floats_are_refused(huge):
    """JSON has numbers of any length."""
    with pytest.raises(SettingError, match="share must be a finite number"):
        Example.from_dict({"share": huge})
    assert Setting(int, "any").fault(huge) is None


@pytest.mark.parametrize(
    ("limits", "words", "allowed", "refused"),
    [
        ({}, "", [-1e9, 0], []),
        ({"low": 1}, "at least 1", [1, 2], [0.9]),
        ({"high": 1}, "at most 1", [1, -2], [1.1]),
        ({"above": 0}, "above 0", [1e-9], [0, -1]),
        ({"below": 1}, "below 1", [0.9], [1]),
        ({"low": -1, "high": 1}, "from -1 to 1", [-1, 1], [-1.1, 1.1]),
        ({"low": 0, "below": 1}, "from 0 to below 1", [0, 0.9], [-0.1, 1]),
        ({"above": 0, "high": 1}, "above 0, at most 1", [0.1, 1], [0, 1.1]),
        ({"odd": True}, "an odd number", [-3, 1], [0, 2]),
    ],
)
def test_ranges_in_words_and_in_values(limits, words, allowed, refused):
    declared = Setting(float, "a number", **limits)
    assert declared.range == words
    assert [declared.fault(value) for value in allowed] == [None] * len(allowed)
    assert [declared.fault(value) for value in refused] == [words] * len(refused)


def test_true_and_false():
    declared = Setting(bool, "a switch")
    assert declared.fault(True) is None
    assert declared.fault(1) == "true or false"
    assert declared.fault("true") == "true or false"


def test_stored_and_read_back():
    example = Example(count=1, sides=(2, 3))
    stored = example.to_dict()
    assert stored == {"count": 1, "share": 0.5, "name": "one", "sides": (2, 3), "bare": 0}
    del stored["bare"]
    assert Example.from_dict(stored) == example


def test_old_names_are_read_and_never_written():
    assert Example.from_dict({"number": 1}) == Example(count=1)
    assert "number" not in Example.from_dict({"number": 1}).to_dict()
    assert Example.with_present_names({"number": 1, "other": 2}) == {"count": 1, "other": 2}
    with pytest.raises(SettingError, match="setting count must be a whole number, got 'x'"):
        Example.from_dict({"number": "x"})


def test_unknown_names_are_refused():
    with pytest.raises(SettingError, match="unknown setting 'size'; known are count, share, name"):
        Example.from_dict({"size": 1})
    with pytest.raises(TypeError):
        Example(size=1)


def test_settings_in_the_order_of_their_declaration():
    assert list(declared_settings(Example)) == ["count", "share", "name", "sides"]
    assert declared_settings(Example)["share"].kind is float


def test_settings_as_texts():
    texts = ["count=5", " share = 0.25 ", "name=two"]
    assert parse_settings(Example, texts) == {"count": 5, "share": 0.25, "name": "two"}
    assert parse_settings(Example, ["share=1"]) == {"share": 1.0}
    assert parse_settings(Example, []) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("count", "expected a setting as NAME=VALUE; got 'count'"),
        ("size=1", "unknown setting 'size'; known are count, share, name, sides"),
        ("count=many", "setting count must be a whole number, got 'many'"),
        ("count=3.0", "setting count must be a whole number, got '3.0'"),
        ("count=2", "setting count must be an odd number, at least 1, got 2"),
        ("share=inf", "setting share must be a finite number, got inf"),
        ("share=", "setting share must be a finite number, got ''"),
        ("name=three", "setting name must be one of one, two, got 'three'"),
    ],
)
def test_texts_that_are_refused(text, message):
    with pytest.raises(SettingError) as caught:
        parse_settings(Example, [text])
    assert str(caught.value) == message


def test_the_table():
    assert settings_table(Example).splitlines() == [
        "| setting | default | range | meaning |",
        "|---|---|---|---|",
        "| `count` | 3 | an odd number, at least 1 | how many; higher: more |",
        "| `share` | 0.5 | from 0 to 1 | how much; higher: more |",
        "| `name` | one | one of one, two | what it is called |",
        "| `sides` | (4, 5) | positive numbers | sides, in pixels |",
    ]
