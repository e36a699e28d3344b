"""Rows are continued only by the run that they are of: the same model, source and options."""

import shutil

import numpy as np
import pytest

from tests.media import make_video
from tests.robustness.commands import BOX


@pytest.fixture
def broken(runner, small_model, long_clip, tmp_path):
    """A folder with the rows of a run that ended at frame 30, its source and its model."""
    shutil.copy(long_clip, tmp_path / "clip.mp4")
    shutil.copy(small_model, tmp_path / "model.safetensors")
    run(runner, tmp_path, "clip.mp4", "model.safetensors", "--end", "30").check_contract(0)
    return tmp_path


def run(runner, folder, source, model, *options):
    return runner.run(
        "track",
        source,
        "--box",
        BOX,
        "--model",
        model,
        "--save-csv",
        "out.csv",
        "--quiet",
        *options,
        folder=folder,
    )


def other_source(moving_patch, change):
    return lambda path: make_video(
        path,
        160,
        (240, 180),
        crf="18",
        picture=lambda i, size: change(i, moving_patch.frames[abs(i % 22 - 11)]),
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda i, frame: 255 - frame,
        lambda i, frame: np.ascontiguousarray(frame[::-1]) if i > 12 else frame,
    ],
    ids=["another clip", "another from frame 12 on"],
)
def test_another_source(trials, runner, broken, moving_patch, change):
    other_source(moving_patch, change)(broken / "clip.mp4")
    refused(trials, runner, broken, "clip.mp4", "model.safetensors")


@pytest.mark.parametrize("model", ["lite", "siamfc"])
def test_another_model(trials, runner, broken, model):
    refused(trials, runner, broken, "clip.mp4", model)


def refused(trials, runner, folder, source, model):
    before = (folder / "out.csv").read_bytes()
    with trials.one(f"{source} {model}"):
        done = run(runner, folder, source, model, "--resume")
        done.check_contract(4)
        assert "it is of a run with another model, settings, source or device: frame" in done.err
        assert (folder / "out.csv").read_bytes() == before


def test_the_same_under_other_names(trials, runner, broken):
    (broken / "clip.mp4").rename(broken / "moved.mp4")
    (broken / "model.safetensors").rename(broken / "renamed.safetensors")
    with trials.one("renamed"):
        done = run(runner, broken, "moved.mp4", "renamed.safetensors", "--resume")
        done.check_contract(0)
        resumed = (broken / "out.csv").read_bytes()
        run(runner, broken, "moved.mp4", "renamed.safetensors", "--overwrite").check_contract(0)
        assert (broken / "out.csv").read_bytes() == resumed
