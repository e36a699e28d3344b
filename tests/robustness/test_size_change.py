"""The size of the picture changes in the middle: the box follows, the outputs go on."""

import cv2
import numpy as np
import pytest

from tests.media import decode, make_video
from tests.robustness.commands import BOX
from tracker.boxes import center_and_size
from tracker.formats import read_csv


@pytest.mark.parametrize(
    "sizes", [((240, 180), (480, 360)), ((480, 360), (240, 180)), ((240, 180), (360, 180))], ids=str
)
def test_size_change(trials, runner, moving_patch, tmp_path, sizes):
    """Twelve frames, the first and second six in sizes of their own."""
    parts = []
    for number, size in enumerate(sizes):
        part = make_video(
            tmp_path / f"{number}.ts",
            6,
            size,
            first=6 * number,
            crf="15",
            picture=lambda i, size: cv2.resize(moving_patch.frames[i], size),
        )
        parts.append(part.read_bytes())
    (tmp_path / "joined.ts").write_bytes(b"".join(parts))
    zoom = [np.tile(np.divide(size, (240, 180)), 2) for size in sizes]
    box = np.array([float(side) for side in BOX.split(",")]) * zoom[0]
    with trials.one(f"{sizes}"):
        done = runner.run(
            "track",
            "joined.ts",
            "--box",
            ",".join(map(str, box)),
            "--save-csv",
            "out.csv",
            "-o",
            "out.mp4",
            "--quiet",
            folder=tmp_path,
        )
        done.check_contract(0)
        rows = read_csv(tmp_path / "out.csv")
        trials.lose(12 - len(rows))
        truth = moving_patch.boxes[6] * zoom[1]
        off = np.subtract(center_and_size(rows[6].box)[0], center_and_size(truth)[0])
        assert np.abs(off / zoom[1][:2]).max() <= 2
        pictures = decode(tmp_path / "out.mp4")
        assert [image.shape[1::-1] for _, image in pictures] == [sizes[0]] * 12
