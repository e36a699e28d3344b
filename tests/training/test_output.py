"""The output folder: what is refused, what is written, and what a resumed training keeps."""

import pytest
import torch
from safetensors import safe_open

from tracker.errors import OutputError
from tracker.plotting import can_plot
from tracker.training.checkpoint import TrainingState, load_checkpoint
from tracker.training.log import Progress
from tracker.training.output import FILES, TrainingOutput, check_output
from tracker.training.recipe import Recipe

RECIPE = Recipe.from_tables({"training": {"pairs": 100, "batch_size": 10}})
ROW = {"pairs": 10, "seconds": 1.0, "loss": 0.5, "validation": None}


def output_in(folder, done=0, held_out=()):
    return TrainingOutput(
        folder, RECIPE, "3 boxes", held_out, "cpu", Progress(0, 100, quiet=True), done
    )


def test_a_new_folder_and_an_empty_one_are_accepted(tmp_path):
    check_output(tmp_path, overwrite=False, resume=False)
    check_output(tmp_path / "new", overwrite=False, resume=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_an_earlier_training_is_kept_unless_asked(name, tmp_path):
    (tmp_path / name).write_text("precious")
    with pytest.raises(OutputError, match=f"{name}: it exists; give --resume or --overwrite"):
        check_output(tmp_path, overwrite=False, resume=False)
    check_output(tmp_path, overwrite=True, resume=False)
    assert (tmp_path / name).read_text() == "precious"


def test_only_a_folder_with_a_checkpoint_is_resumed(tmp_path):
    with pytest.raises(OutputError, match=r"no checkpoint\.pt"):
        check_output(tmp_path, overwrite=False, resume=True)
    (tmp_path / "checkpoint.pt").write_text("here")
    check_output(tmp_path, overwrite=False, resume=True)
    with pytest.raises(OutputError, match="is a file"):
        check_output(tmp_path / "checkpoint.pt", overwrite=True, resume=False)


def test_a_new_training_replaces_files_and_a_resumed_one_keeps_them(tmp_path):
    (tmp_path / "weights.safetensors").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    output_in(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"log.csv", "recipe.toml", "notes.txt"}
    first = output_in(tmp_path)
    for pairs in (10, 20):
        first.log({**ROW, "pairs": pairs})
    (tmp_path / "weights.safetensors").write_text("kept")
    output_in(tmp_path, done=10)
    assert (tmp_path / "log.csv").read_text().splitlines()[1:] == ["10,1,0.5,"]
    assert (tmp_path / "weights.safetensors").read_text() == "kept"
    assert (tmp_path / "recipe.toml").read_text() == RECIPE.to_toml()


def test_curves_are_drawn_after_a_validation(tmp_path):
    output = output_in(tmp_path)
    output.log(ROW)
    assert not (tmp_path / "curves.png").exists()
    output.log({**ROW, "pairs": 20, "validation": 0.625})
    assert (tmp_path / "curves.png").exists() == can_plot()


def test_a_checkpoint_comes_with_weights_that_say_how_they_were_made(tmp_path, tiny):
    output, state = output_in(tmp_path), TrainingState(tiny, RECIPE.training, torch.device("cpu"))
    state.step = 4
    output.checkpoint(state)
    values = load_checkpoint(tmp_path / "checkpoint.pt")
    assert (values["recipe"], values["data"]) == (RECIPE.to_toml(), "3 boxes")
    assert values["state"]["step"] == 4
    about = about_weights(tmp_path)
    assert about["training"].startswith("40 of 100 pairs, tracker ")
    assert (about["data"], about["recipe"]) == ("3 boxes", RECIPE.to_toml())
    assert about["validation"] == "none yet"
    output.log({**ROW, "validation": 0.625})
    output.log({**ROW, "pairs": 20})
    output.checkpoint(state)
    assert about_weights(tmp_path)["validation"] == "mean overlap 0.625 on held-out videos"


def about_weights(folder):
    with safe_open(folder / "weights.safetensors", "pt") as file:
        return file.metadata()
