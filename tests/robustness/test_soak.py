"""One run over many frames: memory and open files stay as they are."""

import statistics
import time
from pathlib import Path

from tests.media import make_video, texture
from tests.robustness.commands import Command
from tracker.formats import read_csv

PART = 200  # frames
GROWTH = 16 * 2**20
"""Bytes by which memory may differ between the second and the last quarter of the run."""


def test_soak(trials, small_model, tmp_path):
    part = make_video(tmp_path / "part.ts", PART, (160, 120), picture=texture).read_bytes()
    with (tmp_path / "long.ts").open("wb") as file:
        for _ in range(trials.count // PART):
            file.write(part)
    with trials.one("soak", tried=trials.count):
        command = Command(
            "track",
            "long.ts",
            "--box",
            "60,40,40,30",
            "--model",
            small_model,
            "--save-csv",
            "out.csv",
            "--save-json",
            "out.json",
            "-o",
            "out.mp4",
            "--quiet",
            folder=tmp_path,
        )
        memory, files = watch(command, tmp_path / "out.csv", trials.count)
        command.wait().check_contract(0)
        rows = read_csv(tmp_path / "out.csv")
        trials.lose(trials.count - len(rows))
        assert [row.frame for row in rows] == list(range(trials.count))
        quarter = len(memory) // 4
        assert quarter >= 3
        before = statistics.median(memory[quarter : 2 * quarter])
        after = statistics.median(memory[-quarter:])
        assert after - before <= GROWTH, f"{(after - before) / 2**20:.0f} MiB more"
        assert len(set(files[quarter:])) == 1, files
        trials.note(f"{(after - before) / 2**20:+.1f} MiB")


def watch(command: Command, rows: Path, frames: int) -> tuple[list[int], list[int]]:
    """Resident bytes and open files of a command, from its first row until nearly the last."""
    memory, files = [], []
    deadline = time.monotonic() + 3600
    while command.is_running:
        assert time.monotonic() < deadline, "no end"
        time.sleep(0.1)
        if rows.exists() and 0 < rows.stat().st_size < 60 * 0.95 * frames:
            process = Path(f"/proc/{command.pid}")
            memory.append(int((process / "statm").read_text().split()[1]) * 4096)
            files.append(len(list((process / "fd").iterdir())))
    return memory, files
