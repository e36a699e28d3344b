"""Declare settings: each with its default, its range, and what raising it does.

    @dataclass(frozen=True)
    class Config(Settings):
        hold_score: float = setting(0.05, "score below which the size is held", low=0, high=1)

The declaration is used to check configurations, to write the tables of the documentation, and to
read ``--set NAME=VALUE`` on the command line.
"""

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, ClassVar, Self

from tracker.errors import SettingError


@dataclass(frozen=True)
class Setting:
    """The declaration of one setting: type, meaning and range.

    Attributes:
        kind: type of the values; a float may be given as a whole number.
        doc: what the setting is, and what happens when it is raised.
        low: smallest allowed value.
        high: largest allowed value.
        above: lower bound, not allowed itself.
        below: upper bound, not allowed itself.
        odd: whether the number must be odd.
        choices: the allowed texts; empty to allow any.
        check: replaces all these checks: tells whether a value is allowed.
        expected: the values that ``check`` allows, in words.
    """

    kind: type
    doc: str
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    odd: bool = False
    choices: tuple[str, ...] = ()
    check: Callable[[Any], bool] | None = None
    expected: str = ""

    @property
    def range(self) -> str:
        """The allowed values in words; empty if every value of the type is allowed."""
        if self.check is not None:
            return self.expected
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.low is not None and self.high is not None:
            bounds = [f"from {self.low} to {self.high}"]
        elif self.low is not None and self.below is not None:
            bounds = [f"from {self.low} to below {self.below}"]
        else:
            words = ("at least", "above", "at most", "below")
            limits = (self.low, self.above, self.high, self.below)
            bounds = [
                f"{word} {limit}"
                for word, limit in zip(words, limits, strict=True)
                if limit is not None
            ]
        return ", ".join([*(["an odd number"] if self.odd else []), *bounds])

    def fault(self, value: object) -> str | None:
        """Check a value; return what was expected instead, or None if it is allowed."""
        if self.check is not None:
            return None if self.check(value) else self.expected
        if not self._has_type(value):
            names = {int: "a whole number", float: "a finite number", bool: "true or false"}
            return names.get(self.kind, "text")
        return None if self._in_range(value) else self.range

    def _has_type(self, value: object) -> bool:
        if isinstance(value, int) and not isinstance(value, bool):
            return self.kind is int or (self.kind is float and abs(value) <= sys.float_info.max)
        if isinstance(value, float):
            return self.kind is float and math.isfinite(value)
        return type(value) is self.kind

    def _in_range(self, value: Any) -> bool:
        if self.choices:
            return value in self.choices
        return not (
            (self.low is not None and value < self.low)
            or (self.high is not None and value > self.high)
            or (self.above is not None and value <= self.above)
            or (self.below is not None and value >= self.below)
            or (self.odd and value % 2 == 0)
        )


def setting(default: Any, doc: str, *, kind: type | None = None, **limits: Any) -> Any:
    """Declare one setting of a ``Settings`` class.

    Args:
        default: the default value, or a function that makes it for each configuration.
        doc: what the setting is, and what happens when it is raised.
        kind: type of the values; left out, that of the default.
        limits: other attributes of ``Setting``.

    Returns:
        A field for a dataclass; typed as Any, so that it can stand for a value of any type.
    """
    about = {"setting": Setting(kind or type(default), doc, **limits)}
    if callable(default):
        return field(default_factory=default, metadata=about)
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    """Base class of frozen dataclasses whose fields are declared with ``setting``.

    Attributes:
        OLD_NAMES: names that stored settings may still have, and their present names.

    Raises:
        SettingError: a value of another type or out of its range.
    """

    OLD_NAMES: ClassVar[Mapping[str, str]] = {}

    def __post_init__(self) -> None:
        for name, declared in declared_settings(type(self)).items():
            expected = declared.fault(getattr(self, name))
            if expected:
                raise self._refused(name, expected)
        self.check_together()

    def check_together(self) -> None:
        """Check what several settings must fulfil together; each of them is in its range."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build a configuration from stored values; missing ones take their defaults.

        Args:
            values: by present or old names.

        Raises:
            SettingError: an unknown name, a value of another type, or one out of range.
        """
        renamed = cls.with_present_names(values)
        for name in renamed:
            _declared(cls, name)
        return cls(**renamed)

    @classmethod
    def with_present_names(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return stored values with old names replaced by the present ones."""
        return {cls.OLD_NAMES.get(name, name): value for name, value in values.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as plain values, ready for JSON."""
        return asdict(self)

    def _require(self, name: str, holds: bool, expected: str) -> None:
        """Raise the error of a setting unless a condition holds."""
        if not holds:
            raise self._refused(name, expected)

    def _refused(self, name: str, expected: str) -> SettingError:
        return SettingError(f"setting {name} must be {expected}, got {getattr(self, name)!r}")


def declared_settings(config: type[Settings]) -> dict[str, Setting]:
    """Return the settings of a class, by name, in the order of their declaration."""
    return {
        each.name: each.metadata["setting"] for each in fields(config) if "setting" in each.metadata
    }


def parse_settings(config: type[Settings], texts: Iterable[str]) -> dict[str, Any]:
    """Read settings given as ``NAME=VALUE``.

    Raises:
        SettingError: a text of another form, an unknown name, or a value of another type or out of
            range.
    """
    values = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise SettingError(f"expected a setting as NAME=VALUE; got {text!r}")
        declared = _declared(config, name)
        try:
            parsed = declared.kind(value)
        except ValueError:
            parsed = value  # a text, which is refused unless the setting is one
        if expected := declared.fault(parsed):
            raise SettingError(f"setting {name} must be {expected}, got {parsed!r}")
        values[name] = parsed
    return values


def settings_table(config: type[Settings]) -> str:
    """Return the settings of a class as a Markdown table: name, default, range, meaning."""
    rows = ["| setting | default | range | meaning |", "|---|---|---|---|"]
    defaults = {
        each.name: each.default if each.default_factory is MISSING else each.default_factory()
        for each in fields(config)
    }
    for name, declared in declared_settings(config).items():
        rows.append(f"| `{name}` | {defaults[name]} | {declared.range} | {declared.doc} |")
    return "\n".join(rows)


def _declared(config: type[Settings], name: str) -> Setting:
    """Return the declaration of a setting, or raise the error of an unknown name."""
    known = declared_settings(config)
    if name not in known:
        raise SettingError(f"unknown setting {name!r}; known are {', '.join(known)}")
    return known[name]
