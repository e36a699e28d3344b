"""Recipe files: read, checked, written, overridden."""

import tomllib

import pytest

from tracker.errors import RecipeError
from tracker.training.config import TrainingConfig
from tracker.training.recipe import Recipe, override, parse_setting, read_recipe


def test_every_setting_survives_a_file(tmp_path):
    recipe = Recipe.from_tables(
        {
            "training": {"loss": "triplet", "learning_rate": 1e-5, "init": 'a "quoted" füle\\x'},
            "pairs": {"gaps": [1, 2], "weights": {"videos/a b": 0.5}},
            "augmentation": {"blur": 0.0},
            "tracker": {"num_scales": 1, "box_lr": 0.4},
        }
    )
    (tmp_path / "recipe.toml").write_text(recipe.to_toml(), encoding="utf-8")
    again = Recipe.from_tables(read_recipe(str(tmp_path / "recipe.toml")))
    assert again == recipe
    assert again.differences(recipe) == []


def test_the_default_recipe_survives():
    assert Recipe.from_tables(tomllib.loads(Recipe().to_toml())) == Recipe()


@pytest.mark.parametrize(
    ("name", "architecture"),
    [("lite", "lite"), ("embedding", "lite"), ("siamfc", "siamfc"), ("imitation", "siamfc")],
)
def test_shipped_recipes_are_valid_and_of_their_architecture(name, architecture):
    assert Recipe.from_tables(read_recipe(name)).training.architecture == architecture


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"trainning": {}}, r"unknown table \[trainning\]; known are training, pairs"),
        ({"training": {"learnig_rate": 1}}, r"unknown setting 'learnig_rate' in \[training\]"),
        ({"pairs": {"augment": {}}}, r"unknown setting 'augment' in \[pairs\]"),
        ({"augmentation": {"blurr": 1}}, r"unknown setting 'blurr' in \[augmentation\]"),
        ({"training": 3}, r"training as a table \[training\]; got 3"),
        (
            {"training": {"loss": "hinge"}},
            "loss must be one of logistic, contrastive, triplet.*got 'hinge'",
        ),
        ({"training": {"pairs": 1.5}}, "pairs must be a whole number, got 1.5"),
        ({"training": {"pairs": True}}, "pairs must be a whole number, got True"),
        ({"training": {"pairs": 8, "batch_size": 16}}, "pairs must be at least the batch size"),
        ({"training": {"learning_rate": "fast"}}, "learning_rate must be a finite number"),
        ({"training": {"learning_rate": 0.0}}, "learning_rate must be above 0"),
        ({"training": {"learning_rate": float("nan")}}, "learning_rate must be a finite number"),
        ({"training": {"ema": 1.0}}, "ema must be from 0 to below 1"),
        ({"training": {"precision": "float16"}}, "precision must be one of float32, bfloat16"),
        ({"training": {"seed": -1}}, "seed must be at least 0"),
        ({"pairs": {"gaps": 3}}, r"\[pairs\]"),
        ({"pairs": {"weights": 1}}, r"\[pairs\]"),
        ({"augmentation": {"blur": 2.0}}, "blur must be from 0 to 1"),
        ({"pairs": {"proposals": 0}}, "proposals must be a whole number, at least 1, got 0"),
        ({"tracker": {"box_rate": 1}}, r"unknown setting 'box_rate' in \[tracker\]; known are ex"),
        ({"tracker": {"box_lr": 2.0}}, r"\[tracker\]: setting box_lr must be from 0 to 1, got 2.0"),
        ({"tracker": {"num_scales": "1"}}, r"\[tracker\]: setting num_scales must be a whole"),
        ({"tracker": 3}, r"tracker as a table \[tracker\]; got 3"),
    ],
)
def test_what_is_wrong_is_named(tables, message):
    with pytest.raises(RecipeError, match=message):
        Recipe.from_tables(tables)


def test_the_tracker_keeps_what_the_recipe_does_not_name():
    """Its table holds the named settings alone: the others are those of the first weights."""
    recipe = Recipe.from_tables({"tracker": {"num_scales": 1}})
    assert recipe.tracker == {"num_scales": 1}
    assert recipe.to_tables()["tracker"] == {"num_scales": 1}
    assert Recipe().tracker == {}


def test_files_that_are_no_recipe(tmp_path):
    with pytest.raises(
        RecipeError,
        match="expected a recipe file or one of embedding, imitation, lite, siamfc; got 'x'",
    ):
        read_recipe("x")
    (tmp_path / "bad.toml").write_text("[training\n")
    with pytest.raises(RecipeError, match=r"bad\.toml: not a TOML file"):
        read_recipe(str(tmp_path / "bad.toml"))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="not a TOML file"):
        read_recipe(str(tmp_path / "binary.toml"))
    with pytest.raises(RecipeError, match="cannot read"):
        read_recipe(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("training.clip=2.5", "training.clip", 2.5),
        ("training.pairs=10_000", "training.pairs", 10_000),
        ("training.loss=triplet", "training.loss", "triplet"),
        ('training.loss="triplet"', "training.loss", "triplet"),
        ("pairs.gaps=[1, 2]", "pairs.gaps", [1, 2]),
        ("training.init=runs/a=b.safetensors", "training.init", "runs/a=b.safetensors"),
    ],
)
def test_settings_as_text(text, name, value):
    assert parse_setting(text) == (name, value)


@pytest.mark.parametrize("text", ["training.clip", "clip=3", "a.b.c=3", "=3"])
def test_settings_of_another_form(text):
    with pytest.raises(RecipeError, match=r"expected TABLE\.SETTING=VALUE"):
        parse_setting(text)


def test_settings_replace_those_of_the_recipe_and_no_others():
    tables = {"training": {"loss": "triplet", "pairs": 100}}
    replaced = override(tables, {"training.pairs": 50, "pairs.hard": 1.0})
    assert replaced == {"training": {"loss": "triplet", "pairs": 50}, "pairs": {"hard": 1.0}}
    assert tables == {"training": {"loss": "triplet", "pairs": 100}}


def test_differences_name_the_setting_and_both_values():
    changed = Recipe(training=TrainingConfig(loss="triplet"))
    assert Recipe().differences(changed) == ['training.loss: "logistic", "triplet"']


def test_differences_of_the_tracker_name_what_only_one_of_them_sets():
    one, other = (Recipe(tracker=settings) for settings in ({"box_lr": 0.4}, {"num_scales": 1}))
    assert sorted(one.differences(other)) == [
        "tracker.box_lr: 0.4, None",
        "tracker.num_scales: None, 1",
    ]
