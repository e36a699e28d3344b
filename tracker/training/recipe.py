"""A recipe: all settings of a training, as a TOML file with one table for each part.

    [training]          # tracker.training.config.TrainingConfig
    loss = "triplet"
    [pairs]             # tracker.training.pairs.PairConfig
    [augmentation]      # tracker.training.augment.AugmentConfig
    [tracker]           # tracker.config.TrackerConfig, to be stored with the weights

What a file leaves out takes its default; a setting of the tracker, that of the first weights. The
recipes by name are in ``recipes/``; those of the shipped models, beside their weights.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from tracker.config import TrackerConfig
from tracker.errors import RecipeError
from tracker.training.augment import AugmentConfig
from tracker.training.config import TrainingConfig
from tracker.training.pairs import PairConfig

_SHIPPED = Path(__file__).parent / "recipes"

Tables = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Recipe:
    """The settings of one training."""

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
        of = {name: tables.get(name, {}) for name in known}
        if isinstance(of["tracker"], dict):  # stored recipes may have old names
            of["tracker"] = TrackerConfig.with_present_names(of["tracker"])
        _build("tracker", TrackerConfig, of["tracker"])
        augment = _build("augmentation", AugmentConfig, of["augmentation"])
        return cls(
            _build("training", TrainingConfig, of["training"]),
            _build("pairs", PairConfig, of["pairs"], augment=augment),
            of["tracker"],
        )

    def to_tables(self) -> Tables:
        """All settings as plain values, ready for TOML."""
        training, pairs = asdict(self.training), asdict(self.pairs)
        augmentation = pairs.pop("augment")
        return {
            "training": training,
            "pairs": pairs,
            "augmentation": augmentation,
            "tracker": dict(self.tracker),
        }

    def to_toml(self) -> str:
        """The text of a recipe file with every setting in it."""
        return "\n".join(
            f"[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())
            for name, table in self.to_tables().items()
        )

    def differences(self, other: "Recipe") -> list[str]:
        """The settings in which another recipe differs, as ``table.setting: mine, its``."""
        theirs = other.to_tables()
        return [
            f"{name}.{key}: {_toml(table.get(key))}, {_toml(theirs[name].get(key))}"
            for name, table in self.to_tables().items()
            for key in table | theirs[name]
            if table.get(key) != theirs[name].get(key)
        ]


def read_recipe(name: str) -> Tables:
    """Read a recipe file, or a shipped recipe by name; ``Recipe.from_tables`` checks what it says.

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
    """Tables with some settings replaced, named ``table.setting``."""
    replaced = {name: dict(table) for name, table in tables.items()}
    for name, value in settings.items():
        table, _, key = name.partition(".")
        replaced.setdefault(table, {})[key] = value
    return replaced


def parse_setting(text: str) -> tuple[str, Any]:
    """Read ``table.setting=value``, the value in TOML or as a bare word: a name and a value.

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


def _build(table: str, kind: Any, values: Any, **parts: Any) -> Any:
    if not isinstance(values, dict):
        raise RecipeError(f"expected {table} as a table [{table}]; got {values!r}")
    known = [setting.name for setting in fields(kind) if setting.name not in parts]
    for name in values:
        if name not in known:
            raise RecipeError(
                f"unknown setting {name!r} in [{table}]; known are {', '.join(known)}"
            )
    plain = {key: tuple(each) if isinstance(each, list) else each for key, each in values.items()}
    try:
        return kind(**plain, **parts)
    except (TypeError, ValueError, AttributeError) as error:  # e.g. a number for a list
        raise RecipeError(f"[{table}]: {error}") from error


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{_toml(key)} = {_toml(each)}" for key, each in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, (bool, str)):  # JSON writes these as TOML does
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
