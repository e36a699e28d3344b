"""Fixtures for all tests: small clips with their truth, and the real data beside the project."""

import signal
from pathlib import Path

import cv2
import pytest

from tests.moving_patch import Journey, MovingPatch
from tests.real_data import SHARED_DATA
from tracker.threads import spin_briefly

spin_briefly()

# Started in the background of a script, processes ignore interrupts, and so would their children.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def moving_patch() -> MovingPatch:
    return MovingPatch()


@pytest.fixture(scope="session")
def journey() -> Journey:
    return Journey()


@pytest.fixture(scope="session")
def patch_video(moving_patch, tmp_path_factory) -> Path:
    """The moving patch as a real mp4 file of 12 frames at 25 frames per second."""
    from tracker.video import VideoSink

    path = tmp_path_factory.mktemp("clip") / "patch.mp4"
    with VideoSink(path, (240, 180), 25) as sink:
        for index, frame in enumerate(moving_patch.frames):
            sink.write(frame, index / 25)
    return path


@pytest.fixture(scope="session")
def otb_data() -> Path:
    """The folder with the real OTB sequences; the test is skipped where it is absent."""
    folder = SHARED_DATA / "otb"
    if not folder.is_dir():
        pytest.skip(f"the real sequences are not here: no folder {folder}")
    return folder


@pytest.fixture(scope="session")
def three_clips(tmp_path_factory) -> Path:
    """An OTB tree with ``Alpha``, ``Beta`` and ``Gamma`` of 9 frames, 240, 248 and 256 wide."""
    root = tmp_path_factory.mktemp("three")
    for seed, name in enumerate(("Alpha", "Beta", "Gamma")):
        clip = MovingPatch(9, (240 + 8 * seed, 180), seed)
        pictures = root / name / "img"
        pictures.mkdir(parents=True)
        for number, frame in enumerate(clip.frames, start=1):
            cv2.imwrite(str(pictures / f"{number:04}.jpg"), frame[..., ::-1])
        rows = [f"{x + 1:g},{y + 1:g},{w:g},{h:g}\n" for x, y, w, h in clip.boxes]
        (root / name / "groundtruth_rect.txt").write_text("".join(rows))
    return root
