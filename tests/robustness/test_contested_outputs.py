"""Outputs that exist, cannot be made, are inputs, or are being written by a live run."""

import hashlib
import os
import signal
import time

import pytest

from tests.robustness.commands import BOX, HANG_S, Command
from tracker.formats import read_csv

NAMES = {
    "--save-csv": "out.csv",
    "--save-json": "out.json",
    "--save-mot": "out.txt",
    "-o": "out.mp4",
}


@pytest.fixture
def track(runner, small_model, long_clip, tmp_path):
    """The arguments of a run over a copy of the long clip."""
    (tmp_path / "clip.mp4").write_bytes(long_clip.read_bytes())
    return ("track", "clip.mp4", "--box", BOX, "--model", small_model, "--quiet")


def fingerprints(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file() and path.name[0] != "."
    }


@pytest.mark.parametrize("how", ["", "--overwrite", "--resume"])
@pytest.mark.parametrize("option", NAMES)
def test_two_runs_at_once(trials, runner, track, tmp_path, option, how):
    """The second is refused, whatever it asks for; the first ends as if it had been alone."""
    name = NAMES[option]
    with trials.one(f"{name} {how}"):
        first = Command(*track, option, name, folder=tmp_path)
        wait_until(lambda: any(path.stat().st_size for path in tmp_path.glob(f"{name}*")))
        rows = ("--save-csv", "other.csv") if how == "--resume" and option != "--save-csv" else ()
        if rows:
            (tmp_path / "other.csv").touch()
        os.kill(first._process.pid, signal.SIGSTOP)  # it waits, however slow the second one is
        second = runner.run(*track, option, name, *rows, *[how] * bool(how), folder=tmp_path)
        alive = first._process.is_alive()
        os.kill(first._process.pid, signal.SIGCONT)
        done = first.wait()
        assert alive, "the first run had ended too early to be disturbed"
        second.check_contract(4)
        assert "could not write out" in second.err
        done.check_contract(0)
        disturbed = (tmp_path / name).read_bytes()
        runner.run(*track, option, name, "--overwrite", folder=tmp_path).check_contract(0)
        assert (tmp_path / name).read_bytes() == disturbed


def wait_until(holds):
    deadline = time.monotonic() + 10 * HANG_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("option", NAMES)
def test_what_a_killed_run_left_is_kept_until_asked(trials, runner, track, tmp_path, option):
    name = NAMES[option]
    with trials.one(name):
        killed = Command(*track, option, name, folder=tmp_path)
        wait_until(lambda: any(path.stat().st_size for path in tmp_path.glob(f"{name}*")))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        before = fingerprints(tmp_path)
        done = runner.run(*track, option, name, folder=tmp_path)
        done.check_contract(4)
        assert "with --overwrite" in done.err
        assert fingerprints(tmp_path) == before
        runner.run(*track, option, name, "--overwrite", folder=tmp_path).check_contract(0)
        assert not list(tmp_path.glob("*.part"))


INPUTS = {
    "the source": ("-o", "clip.mp4"),
    "the source by another way": ("-o", "../{folder}/clip.mp4"),
    "a hard link": ("-o", "hard.mp4"),
    "a symbolic link": ("-o", "soft.mp4"),
    "the model": ("--save-csv", "model.safetensors"),
    "the boxes": ("--save-otb", "boxes.txt"),
    "what is put in place later": ("--save-json", "model"),
    "two outputs in one": ("--save-json", "out", "--save-csv", "out.part"),
}


@pytest.mark.parametrize("case", INPUTS)
def test_an_output_that_is_an_input(trials, runner, track, small_model, tmp_path, case):
    (tmp_path / "hard.mp4").hardlink_to(tmp_path / "clip.mp4")
    (tmp_path / "soft.mp4").symlink_to("clip.mp4")
    for name in ("model.safetensors", "model.part"):
        (tmp_path / name).write_bytes(small_model.read_bytes())
    (tmp_path / "boxes.txt").write_text("41,51,44,36\n")
    model = "model.part" if case == "what is put in place later" else "model.safetensors"
    before = fingerprints(tmp_path)
    options = [each.format(folder=tmp_path.name) for each in INPUTS[case]]
    with trials.one(case):
        done = runner.run(
            "track",
            "clip.mp4",
            "--box-file",
            "boxes.txt",
            "--model",
            model,
            "--overwrite",
            *options,
            folder=tmp_path,
        )
        done.check_contract(4)
        assert fingerprints(tmp_path) == before


@pytest.mark.parametrize("path", ["/proc/out.csv", "/dev/null/out.csv", "no/out.csv", "x" * 300])
def test_a_place_that_cannot_be_written(trials, runner, track, tmp_path, path):
    with trials.one(path[:20]):
        done = runner.run(*track, "--save-csv", path, "-o", "out.mp4", folder=tmp_path)
        done.check_contract(4)


def test_devices_are_written_as_they_are(trials, runner, track, tmp_path):
    """They have no end to cut off and no owner: many runs may write /dev/null."""
    with trials.one("/dev/null"):
        done = runner.run(
            *track,
            "--end",
            "3",
            "--save-csv",
            "/dev/null",
            "--save-mot",
            "/dev/stdout",
            "--overwrite",
            folder=tmp_path,
        )
        done.check_contract(0)
        assert len(done.out.splitlines()) == 3


def test_the_rows_of_the_first_run_are_whole(trials, runner, track, tmp_path):
    with trials.one("rows"):
        runner.run(*track, "--save-csv", "out.csv", folder=tmp_path).check_contract(0)
        trials.lose(160 - len(read_csv(tmp_path / "out.csv")))
