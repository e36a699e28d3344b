"""Interrupted, terminated, without terminal or streams: results are kept, one sentence at most."""

import json
import os
import pty
import signal
import subprocess
import sys
import time

import pytest

from tests.media import decode_what_is_there
from tests.robustness.commands import BOX, HANG_S, Command
from tracker.formats import read_csv


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("rows", [0, 1, 60])
def test_stopped(trials, small_model, long_clip, tmp_path, stop, rows):
    """While it starts, after the first frame, and in the middle."""
    with trials.one(f"{stop.name} after {rows} rows"):
        command = Command(
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
            folder=tmp_path,
        )
        deadline = time.monotonic() + 10 * HANG_S
        while count(tmp_path / "out.csv") < rows and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(0.3 if rows == 0 else 0)
        seen = count(tmp_path / "out.csv")
        command.send_signal(stop)
        done = command.wait()
        done.check_contract(130)
        assert done.err == "tracker: interrupted; the results so far are kept\n"
        if rows:
            kept = read_csv(tmp_path / "out.csv")
            trials.lose(max(0, seen - len(kept)))
            assert len(json.loads((tmp_path / "out.json").read_text())["results"]) == len(kept)
            assert len(kept) - len(decode_what_is_there(tmp_path / "out.mp4")) in (0, 1)


def count(path) -> int:
    return path.read_bytes().count(b"\n") - 1 if path.exists() else -1


SHELLS = {
    "standard output closed": ("{command} --save-csv out.csv >&-", 0),
    "standard error closed": ("{command} --save-csv out.csv 2>&-", 0),
    "all streams closed": ("{command} --save-csv out.csv <&- >&- 2>&-", 0),
    "rows to a closed standard output": ("{command} >&-", 4),
    "rows to a full disk": ("{command} >/dev/full", 4),
    "locale C, odd name": (
        "LC_ALL=C PYTHONUTF8=0 {command} --save-csv 龟.csv && mv 龟.csv out.csv",
        0,
    ),
    "reader that leaves": ("{command} | head -n 2 >out.csv", 0),
}


@pytest.mark.parametrize("case", SHELLS)
def test_streams_of_the_shell(trials, small_model, patch_video, tmp_path, case):
    shell, code = SHELLS[case]
    command = (
        f"{sys.executable} -m tracker track {patch_video} --box {BOX} --model {small_model} --end 3"
    )
    with trials.one(case):
        done = subprocess.run(
            shell.format(command=command),
            shell=True,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=10 * HANG_S,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert "rror" not in done.stderr
        if code:
            assert "tracker: could not write" in done.stderr
        elif "head" not in shell:
            trials.lose(3 - len(read_csv(tmp_path / "out.csv")))


def test_terminal_of_one_column(trials, small_model, patch_video, tmp_path):
    with trials.one("terminal"):
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tracker",
                "track",
                patch_video,
                "--box",
                BOX,
                "--model",
                small_model,
                "--save-csv",
                "out.csv",
            ],
            cwd=tmp_path,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=os.environ | {"COLUMNS": "1", "LINES": "1", "TERM": "dumb"},
        ) as process:
            os.close(theirs)
            shown = b""
            try:
                while part := os.read(ours, 4096):
                    shown += part
            except OSError:  # the other side is closed
                pass
            assert process.wait(10 * HANG_S) == 0, shown
        os.close(ours)
        assert b"wrote out.csv" in shown
        trials.lose(12 - len(read_csv(tmp_path / "out.csv")))
