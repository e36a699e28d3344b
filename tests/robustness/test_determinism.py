"""The same run again gives the same bytes; another number of threads about the same boxes."""

import numpy as np

from tests.robustness.commands import BOX, Command
from tracker.boxes import overlap
from tracker.formats import read_csv

NAMES = ("out.csv", "out.json", "out.mp4")


def test_determinism(trials, long_clip, tmp_path):
    boxes = {}
    for threads in (1, 2):
        seen = set()
        for number in range(trials.count // 2):
            folder = tmp_path / f"{threads}-{number}"
            folder.mkdir()
            with trials.one(f"{threads} threads, run {number}"):
                done = Command(
                    "track",
                    long_clip,
                    "--box",
                    BOX,
                    "--end",
                    "40",
                    "--save-csv",
                    "out.csv",
                    "--save-json",
                    "out.json",
                    "-o",
                    "out.mp4",
                    "--quiet",
                    folder=folder,
                    threads=threads,
                ).wait()
                done.check_contract(0)
                seen.add(tuple((folder / name).read_bytes() for name in NAMES))
                assert len(seen) == 1, "the files differ from those of the run before"
        boxes[threads] = np.array([row.box for row in read_csv(folder / "out.csv")])
    # Rounding differs, and what is learned online makes more of it.
    assert overlap(boxes[1], boxes[2]).min() >= 0.5
    trials.note(f"boxes of 1 and 2 threads: {np.abs(boxes[1] - boxes[2]).max():.1f} px apart")
