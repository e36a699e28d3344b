"""An mp4 cut off anywhere: every whole frame has its row, and the end is said to be missing."""

import av
import numpy as np
import pytest

from tests.media import make_video
from tests.robustness.commands import BOX
from tests.robustness.faults import SEED
from tracker.formats import read_csv

FRAMES = 40


@pytest.mark.parametrize("index", ["first", "last"])
def test_truncation(trials, runner, small_model, moving_patch, tmp_path, index):
    whole = make_video(
        tmp_path / "whole.mp4",
        FRAMES,
        (240, 180),
        bf="0",
        crf="35",
        picture=lambda i, size: moving_patch.frames[abs(i % 22 - 11)],
        movflags="faststart" if index == "first" else "",
    )
    data = whole.read_bytes()
    with av.open(str(whole)) as container:
        ends = [packet.pos + packet.size for packet in container.demux(video=0) if packet.size]
    cuts = np.random.default_rng(SEED).integers(1, len(data), trials.count // 2 - 1)
    for cut in (*cuts.tolist(), ends[FRAMES // 2]):
        (tmp_path / "cut.mp4").write_bytes(data[:cut])
        there = sum(end <= cut for end in ends) if index == "first" else 0
        with trials.one(f"index {index}, cut at {cut} of {len(data)}"):
            done = runner.run(
                "track",
                "cut.mp4",
                "--box",
                BOX,
                "--model",
                small_model,
                "--save-csv",
                "out.csv",
                "--overwrite",
                "--quiet",
                folder=tmp_path,
            )
            if not there:
                done.check_contract(2)
                assert not (tmp_path / "out.csv").exists()
            elif there == FRAMES:
                done.check_contract(0)
            else:
                done.check_contract(3)
                assert f"{there} of {FRAMES} frames could be read" in done.err
            if there:
                trials.lose(there - len(read_csv(tmp_path / "out.csv")))
        (tmp_path / "out.csv").unlink(missing_ok=True)
