"""A recipe: all settings of a training, as a TOML file with one table for each part.

    [training]          # tracker.training.config.TrainingConfig
    loss = "triplet"
    [pairs]             # tracker.training.pair_config.PairConfig
    [augmentation]      # tracker.training.augment_config.AugmentConfig
    [tracker]           # tracker.config.TrackerConfig, to be stored with the weights

A setting that a file leaves out takes its default; a setting of the tracker, that of the first
weights. Recipes that are known by name are in ``recipes/``; the recipes of the shipped models lie
beside their weights.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from tracker.config import TrackerConfig
from tracker.errors import RecipeError, SettingError
from tracker.settings import Settings, declared_settings
from tracker.training.augment_config import AugmentConfig
from tracker.training.config import TrainingConfig
from tracker.training.pair_config import PairConfig

_SHIPPED = Path(__file__).parent / "recipes"

Tables = dict[str, dict[str, Any]]
"""The tables of a recipe file, by name, each with plain values by the name of the setting."""

AnySettings = TypeVar("AnySettings", bound=Settings)


@dataclass(frozen=True)
class Recipe:
    """All settings of one training.

    Attributes:
        training: of the optimisation.
        pairs: of the pairs and their augmentation.
        tracker: settings of the tracker, by name; those not named stay as with the first weights.
    """

    training: TrainingConfig = field(default_factory=TrainingConfig)
    pairs: PairConfig = field(default_factory=PairConfig)
    tracker: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_tables(cls, tables: Tables) -> Self:
        """Build a recipe from tables of plain values; missing ones take their defaults.

        Raises:
            RecipeError: an unknown table or setting, a value of another type, or one out of range.
        """
        known = ("training", "pairs", "augmentation", "tracker")
        for name in tables:
            if name not in known:
                raise RecipeError(f"unknown table [{name}]; known are {', '.join(known)}")
        values = {name: tables.get(name, {}) for name in known}
        if isinstance(values["tracker"], dict):  # stored recipes may have old names
            values["tracker"] = TrackerConfig.with_present_names(values["tracker"])
        _build("tracker", TrackerConfig, values["tracker"])
        augment = _build("augmentation", AugmentConfig, values["augmentation"])
        return cls(
            _build("training", TrainingConfig, values["training"]),
            replace(_build("pairs", PairConfig, values["pairs"]), augment=augment),
            values["tracker"],
        )

    def to_tables(self) -> Tables:
        """Return all settings as plain values, ready for TOML."""
        pairs = self.pairs.to_dict()
        augmentation = pairs.pop("augment")
        return {
            "training": self.training.to_dict(),
            "pairs": pairs,
            "augmentation": augmentation,
            "tracker": dict(self.tracker),
        }

    def to_toml(self) -> str:
        """Return the text of a recipe file that names every setting."""
        return "\n".join(
            f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
            for name, table in self.to_tables().items()
        )

    def differences(self, other: "Recipe") -> list[str]:
        """List the settings in which another recipe differs, as ``table.setting: own, other``."""
        theirs = other.to_tables()
        return [
            f"{name}.{key}: {_toml(table.get(key))}, {_toml(theirs[name].get(key))}"
            for name, table in self.to_tables().items()
            for key in table | theirs[name]
            if table.get(key) != theirs[name].get(key)
        ]


def read_recipe(name: str) -> Tables:
    """Read a recipe file, or a shipped recipe by name, without checking its settings.

    Raises:
        RecipeError: there is no such recipe, or it is not TOML.
    """
    shipped = {path.stem: path for path in sorted(_SHIPPED.glob("*.toml"))}
    path = shipped.get(name, Path(name))
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeError(
            f"expected a recipe file or one of {', '.join(shipped)}; got {name!r}"
        ) from None
    except OSError as error:
        raise RecipeError(f"cannot read {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not a TOML file: {error}") from error


def override(tables: Tables, settings: Mapping[str, Any]) -> Tables:
    """Return tables with some settings replaced; those are named ``table.setting``."""
    replaced = {name: dict(table) for name, table in tables.items()}
    for name, value in settings.items():
        table, _, key = name.partition(".")
        replaced.setdefault(table, {})[key] = value
    return replaced


def parse_setting(text: str) -> tuple[str, Any]:
    """Read ``table.setting=value``, where the value is TOML or a bare word.

    Returns:
        The name ``table.setting``, and the value.

    Raises:
        RecipeError: the text has another form.
    """
    name, equals, value = text.partition("=")
    if not equals or name.count(".") != 1:
        raise RecipeError(f"expected TABLE.SETTING=VALUE, e.g. training.clip=5; got {text!r}")
    try:
        return name.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name.strip(), value.strip()


def _build(table: str, kind: type[AnySettings], values: object) -> AnySettings:
    """Build the settings of one table.

    Raises:
        RecipeError: it is no table, or a setting is unknown, of another type or out of range.
    """
    if not isinstance(values, dict):
        raise RecipeError(f"expected {table} as a table [{table}]; got {values!r}")
    known = declared_settings(kind)
    for name in values:
        if name not in known:
            raise RecipeError(
                f"unknown setting {name!r} in [{table}]; known are {', '.join(known)}"
            )
    plain = {key: tuple(each) if isinstance(each, list) else each for key, each in values.items()}
    try:
        return kind.from_dict(plain)
    except SettingError as error:
        raise RecipeError(f"[{table}]: {error}") from error


def _toml(value: object) -> str:
    """Return a plain value as TOML."""
    if isinstance(value, dict):
        pairs = (f"{_toml(key)} = {_toml(each)}" for key, each in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, (bool, str)):  # JSON writes these as TOML does
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
