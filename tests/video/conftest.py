"""A small clip and a folder of images."""

from pathlib import Path

import cv2
import pytest

from tests.media import flat, make_video


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """20 frames at 10 per second."""
    return make_video(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=20, rate=10)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Images img0 to img11, 8x6, beside files that are none."""
    folder = tmp_path / "images"
    folder.mkdir()
    for i in range(12):
        cv2.imwrite(str(folder / f"img{i}.png"), flat(i, (8, 6)))
    (folder / "notes.txt").write_text("no image")
    (folder / "._img0.png").write_bytes(b"what another system left")
    return folder
