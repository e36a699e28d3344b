"""Outputs that do not fit on the disk: exit code 4, every row that fits is kept, and can go on."""

import json
import os
import subprocess

import numpy as np
import pytest

from tests.media import decode_what_is_there
from tests.robustness.commands import BOX, Command
from tracker.formats import read_csv

NAMES = ("out.csv", "out.json", "out.txt", "out.mp4")
OUTPUTS = (
    "--save-csv",
    "out.csv",
    "--save-json",
    "out.json",
    "--save-mot",
    "out.txt",
    "-o",
    "out.mp4",
    "--quiet",
)


@pytest.fixture(scope="module")
def command(long_clip, small_model):
    return ("track", long_clip, "--box", BOX, "--model", small_model, "--end", "80", *OUTPUTS)


@pytest.fixture(scope="module")
def whole(command, runner, tmp_path_factory):
    """The files of a run with room enough."""
    folder = tmp_path_factory.mktemp("whole")
    runner.run(*command, folder=folder).check_contract(0)
    return {name: (folder / name).read_bytes() for name in NAMES}


def check(folder, whole, trials):
    """What is there is whole: rows, the JSON up to some row, and the video up to some frame."""
    rows = (folder / "out.csv").read_bytes()
    assert whole["out.csv"].startswith(rows)
    assert rows == b"" or rows.endswith(b"\n")
    count = len(read_csv(folder / "out.csv"))
    if (folder / "out.json").exists():
        results = json.loads((folder / "out.json").read_text())["results"]
        assert results == json.loads(whole["out.json"])["results"][: len(results)]
        trials.lose(max(0, len(results) - count))
    if (folder / "out.mp4").exists():
        trials.lose(max(0, len(decode_what_is_there(folder / "out.mp4")) - count))


def test_files_that_may_not_grow(trials, command, whole, runner, tmp_path):
    largest = max(len(content) for content in whole.values())
    limits = np.geomspace(400, largest * 0.99, (trials.count + 1) // 2).astype(int).tolist()
    for limit in limits:
        folder = tmp_path / str(limit)
        folder.mkdir()
        with trials.one(f"{limit} bytes for each file"):
            done = Command(*command, folder=folder, file_limit=limit).wait()
            done.check_contract(4)
            assert "could not write out." in done.err
            check(folder, whole, trials)
            runner.run(*command, "--resume", folder=folder).check_contract(0)
            assert {name: (folder / name).read_bytes() for name in NAMES} == whole


@pytest.mark.parametrize("name", ["out.csv", "out.txt"])
def test_rows_that_do_not_fit(trials, command, whole, tmp_path, name):
    """Alone, so that they are the first to fail, at any place of a row."""
    option = {"out.csv": "--save-csv", "out.txt": "--save-mot"}[name]
    run = (*command[: -len(OUTPUTS)], option, name, "--quiet")
    for limit in np.linspace(200, len(whole[name]) - 1, trials.count // 4 + 1).astype(int).tolist():
        folder = tmp_path / str(limit)
        folder.mkdir()
        with trials.one(f"{name} of {limit} bytes"):
            Command(*run, folder=folder, file_limit=limit).wait().check_contract(4)
            kept = (folder / name).read_bytes()
            assert whole[name].startswith(kept)
            assert kept.endswith(b"\n")
            fitting = whole[name][:limit].count(b"\n")
            trials.lose(fitting - kept.count(b"\n"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
def test_disk_that_fills_up(trials, command, whole, runner, tmp_path):
    sizes = np.geomspace(8_192, sum(map(len, whole.values())) * 0.9, trials.count // 2).astype(int)
    for size in sizes.tolist():
        disk = tmp_path / str(size)
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("file systems cannot be mounted here")
        try:
            with trials.one(f"disk of {size} bytes"):
                done = runner.run(*command, folder=disk)
                done.check_contract(4)
                assert "could not write out." in done.err
                check(disk, whole, trials)
                room = ["mount", "-o", f"remount,size={2**26}", disk]
                subprocess.run(room, check=True, capture_output=True)
                runner.run(*command, "--resume", folder=disk).check_contract(0)
                assert {name: (disk / name).read_bytes() for name in NAMES} == whole
        finally:
            runner.run("info", folder=tmp_path)  # leaves the disk
            # lazily: PyAV keeps a file open whose header it could not write
            subprocess.run(["umount", "--lazy", disk], check=True)
