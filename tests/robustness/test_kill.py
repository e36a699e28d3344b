"""Killed (SIGKILL) at random moments: no row is lost, and ``--resume`` ends with the same bytes."""

import signal
import time

import numpy as np

from tests.media import decode_what_is_there
from tests.robustness.commands import BOX, Command
from tests.robustness.faults import SEED
from tracker.formats import read_csv

NAMES = ("out.csv", "out.json", "out.mp4")
GROUPS = 90
"""Frames that may be missing at the end of the video: three groups of pictures."""


def test_kill(trials, runner, small_model, long_clip, tmp_path):
    command = (
        "track",
        long_clip,
        "--box",
        BOX,
        "--model",
        small_model,
        "--save-csv",
        "out.csv",
        "--save-json",
        "out.json",
        "-o",
        "out.mp4",
        "--quiet",
    )
    folder = tmp_path / "whole"
    folder.mkdir()
    begun = time.monotonic()
    Command(*command, folder=folder).wait().check_contract(0)
    duration = time.monotonic() - begun
    whole = {name: (folder / name).read_bytes() for name in NAMES}

    moments = np.random.default_rng(SEED).uniform(0, duration, trials.count)
    for number, moment in enumerate(moments):
        folder = tmp_path / str(number)
        folder.mkdir()
        rows = folder / "out.csv"
        with trials.one(f"after {moment:.3f} of {duration:.3f} s"):
            killed = Command(*command, folder=folder)
            time.sleep(moment)
            seen = rows.read_bytes().count(b"\n") - 1 if rows.exists() else 0
            killed.send_signal(signal.SIGKILL)
            killed.wait()
            if rows.exists():
                assert whole["out.csv"].startswith(rows.read_bytes())
                kept = len(read_csv(rows))
                trials.lose(max(0, seen - kept))
                shown = len(decode_what_is_there(folder / "out.mp4"))
                assert kept - GROUPS <= shown <= kept
            runner.run(*command, "--resume", folder=folder).check_contract(0)
            assert {name: (folder / name).read_bytes() for name in NAMES} == whole
            assert not [path for path in folder.iterdir() if path.suffix == ".part"]
