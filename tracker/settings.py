"""Declare the settings of a configuration: each with its default, its range and what it does.

    @dataclass(frozen=True)
    class Config(Settings):
        hold_score: float = setting(0.05, "score below which the size is held", low=0, high=1)

One declaration serves the check when a configuration is made, the tables of the documentation, and
``--set NAME=VALUE`` on the command line.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, ClassVar, Self

from tracker.errors import SettingError


@dataclass(frozen=True)
class Setting:
    """What is known about one setting beside its name and value.

    Attributes:
        kind: type of its values; whole numbers serve as floats too.
        doc: what it is, and what happens when it is raised.
        low, high: smallest and largest value.
        above, below: bounds that a value must not reach.
        odd: whether only odd numbers will do.
        choices: the texts to choose from; empty for any text.
        check, expected: a check that none of these can express, and what it expects.
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
        """The values that will do, in words; empty where any value of the type will."""
        if self.check is not None:
            return self.expected
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.low is not None and (self.high is not None or self.below is not None):
            return f"from {self.low} to " + (
                f"below {self.below}" if self.high is None else f"{self.high}"
            )
        bound = f"at least {self.low}" if self.low is not None else ""
        if self.above is not None:
            bound = f"above {self.above}"
        return ", ".join(filter(None, ["an odd number" if self.odd else "", bound]))

    def fault(self, value: object) -> str | None:
        """Return what was expected instead of a value, or None if it will do."""
        if self.check is not None:
            return None if self.check(value) else self.expected
        if not self._has_type(value):
            return {int: "a whole number", float: "a finite number"}.get(self.kind, "text")
        return None if self._in_range(value) else self.range

    def _has_type(self, value: Any) -> bool:
        if self.kind is str or isinstance(value, bool):
            return type(value) is self.kind
        return isinstance(value, (int, self.kind)) and math.isfinite(value)

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
        default: its default value; a callable makes a new one for each configuration.
        doc: what it is, and what happens when it is raised.
        kind: type of its values, if not that of the default.
        limits: the other attributes of ``Setting``.
    """
    about = {"setting": Setting(kind or type(default), doc, **limits)}
    if callable(default):
        return field(default_factory=default, metadata=about)
    return field(default=default, metadata=about)


class Settings:
    """Base of frozen dataclasses whose fields are declared with ``setting``.

    Raises:
        SettingError: a value of another type or outside of its range.
    """

    OLD_NAMES: ClassVar[dict[str, str]] = {}
    """Names that stored values may still have, and what they are called now."""

    def __post_init__(self) -> None:
        for name, declared in declared_settings(type(self)).items():
            expected = declared.fault(getattr(self, name))
            if expected:
                raise self._refused(name, expected)
        self.check_together()

    def check_together(self) -> None:
        """Check what concerns several settings; called when each of them is in its range."""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Build a configuration from stored values; missing ones take their defaults.

        Raises:
            SettingError: an unknown name, a value of another type, or one out of range.
        """
        renamed = {cls.OLD_NAMES.get(name, name): value for name, value in values.items()}
        for name in renamed:
            _declared(cls, name)
        return cls(**renamed)

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as plain values, ready for JSON."""
        return asdict(self)  # type: ignore[call-overload]

    def _require(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise self._refused(name, expected)

    def _refused(self, name: str, expected: str) -> SettingError:
        return SettingError(f"setting {name} must be {expected}, got {getattr(self, name)!r}")


def declared_settings(config: type[Settings]) -> dict[str, Setting]:
    """Return the settings of a class, by name, in the order of their declaration."""
    return {
        each.name: each.metadata["setting"]
        for each in fields(config)  # type: ignore[arg-type]
        if "setting" in each.metadata
    }


def parse_settings(config: type[Settings], texts: Iterable[str]) -> dict[str, Any]:
    """Read settings given as ``NAME=VALUE``.

    Raises:
        SettingError: a text of another form, an unknown name, or a value of another type.
    """
    values = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise SettingError(f"expected a setting as NAME=VALUE; got {text!r}")
        declared = _declared(config, name)
        try:
            values[name] = declared.kind(value)
        except ValueError:
            expected = declared.fault(value)
            raise SettingError(f"setting {name} must be {expected}, got {value!r}") from None
    return values


def settings_table(config: type[Settings]) -> str:
    """Return the settings of a class as a Markdown table: name, default, range, meaning."""
    rows = ["| setting | default | range | meaning |", "|---|---|---|---|"]
    defaults = {
        each.name: each.default if each.default is not MISSING else each.default_factory()  # type: ignore[misc]
        for each in fields(config)  # type: ignore[arg-type]
    }
    for name, declared in declared_settings(config).items():
        rows.append(f"| `{name}` | {defaults[name]} | {declared.range} | {declared.doc} |")
    return "\n".join(rows)


def _declared(config: type[Settings], name: str) -> Setting:
    known = declared_settings(config)
    if name not in known:
        raise SettingError(f"unknown setting {name!r}; known are {', '.join(known)}")
    return known[name]
