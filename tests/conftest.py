"""Fixtures for all tests: small clips with their truth, and the real data beside the project."""

import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

from tracker.threads import spin_briefly

spin_briefly()

# Started in the background of a script, processes ignore interrupts, and so would their children.
signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


class MovingPatch:
    """A textured patch that moves over a textured background, with its exact boxes."""

    def __init__(
        self, frames: int = 12, size: tuple[int, int] = (240, 180), seed: int = 0,
        contrast: float = 1,
    ) -> None:  # fmt: skip
        rng = np.random.default_rng(seed)
        width, height = size
        background = _texture(rng, (height, width), smooth=6)
        self._background = (contrast * background + (1 - contrast) * 90).astype(np.uint8)
        self._patch = _texture(rng, (36, 44), smooth=2)
        positions = [(40 + 5 * i, 50 + 3 * i) for i in range(frames)]
        self.boxes = [(float(x), float(y), 44.0, 36.0) for x, y in positions]
        self.frames = [self.frame(position) for position in positions]

    def frame(self, *corners: tuple[int, int]) -> np.ndarray:
        """The background with the patch at no place, one, or several."""
        frame = self._background.copy()
        for x, y in corners:
            frame[y : y + 36, x : x + 44] = self._patch
        return frame


def _texture(rng: np.random.Generator, shape: tuple[int, int], smooth: float) -> np.ndarray:
    noise = cv2.GaussianBlur(rng.uniform(0, 255, (*shape, 3)), (0, 0), smooth)
    low, high = noise.min(), noise.max()
    return ((noise - low) / (high - low) * 255).astype(np.uint8)


@pytest.fixture(scope="session")
def moving_patch() -> MovingPatch:
    return MovingPatch()


class Journey(MovingPatch):
    """The patch over a dim background: it moves on, is gone, and is back at a place far off.

    Attributes:
        start: its box in the first frame.
        last: its box in the last frame before it is gone.
        back: its box from the frame ``returned`` on.
        gone, returned: numbers of frames.
    """

    def __init__(self, back: tuple[int, int] = (260, 190)) -> None:
        super().__init__(1, (320, 240), contrast=0.3)
        corners = [(30 + 3 * i, 30 + 2 * i) for i in range(5)]
        places = (corners[0], corners[-1], back)
        self.start, self.last, self.back = ((*map(float, place), 44.0, 36.0) for place in places)
        self.gone, self.returned = 5, 10
        self.frames = [self.frame(corner) for corner in corners]
        self.frames += [self.frame()] * 5 + [self.frame(back)] * 9


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
