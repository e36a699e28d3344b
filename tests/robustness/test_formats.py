"""The same clip in every form that footage comes in: the same boxes as of the plain clip."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.media import make_video
from tests.robustness.commands import BOX
from tracker.formats import read_csv

FRAMES = 12
SIZE = (240, 180)
LOSSLESS = {"codec": "ffv1"}
NAMES = (
    "with space.mp4",
    "żółw 龟 🐢.mp4",
    "-i.mp4",
    "clip%02d.mp4",
    "a#b?c.mp4",
    "http:x.mp4",
    "[a]*.mp4",
    "new\nline.mp4",
    "\udcff.mp4",
)
FORMS = {
    "uneven times": ("mp4", {"times": [0, 0.01, 0.2, 0.21, 0.3, 0.7, 0.71, 0.8, 1, 2, 3, 3.01]}),
    "10 bits": ("mkv", {"pixels": "yuv420p10le", **LOSSLESS}),
    "4:4:4": ("mp4", {"pixels": "yuv444p"}),
    "alpha": ("mkv", {"pixels": "yuva444p", **LOSSLESS}),
    "rgba": ("mkv", {"pixels": "bgra", **LOSSLESS}),
    "48 bits": ("mkv", {"pixels": "gbrp16le", **LOSSLESS}),
    "full range": ("avi", {"pixels": "yuvj444p", "codec": "mjpeg", "qmin": "1", "qmax": "2"}),
    "webm": ("webm", {"crf": "4", "b": "4000000"}),
    "mov": ("mov", {}),
    "avi": ("avi", {"qmin": "1", "qmax": "2"}),
    "ts": ("ts", {}),
    "raw h264": ("h264", {}),
}
GRAY = {"gray": "gray", "gray, 16 bits": "gray16le"}
TURNS = (90, 180, 270)


@pytest.fixture(scope="module")
def track(runner, tmp_path_factory):
    """Track a file; the boxes of its rows."""
    folder = tmp_path_factory.mktemp("formats")

    def track(path: Path | str, *options: str, box: str = BOX, here: Path = folder) -> np.ndarray:
        source = f"./{path}" if isinstance(path, str) else path
        done = runner.run(
            "track",
            "--quiet",
            "--overwrite",
            "--save-csv",
            "out.csv",
            f"--box={box}",
            *options,
            "--",
            source,
            folder=here,
        )
        done.check_contract(0)
        return np.array([row.box for row in read_csv(here / "out.csv")])

    return track


@pytest.fixture(scope="module")
def plain(moving_patch, track, tmp_path_factory):
    """The plain clip, and its boxes."""
    path = make(tmp_path_factory.mktemp("plain") / "plain.mp4", moving_patch, pixels="yuv444p")
    return path, track(path)


def make(path: Path, moving_patch, change=lambda image: image, size=SIZE, **options) -> Path:
    def picture(i: int, _: tuple[int, int]) -> np.ndarray:
        return np.ascontiguousarray(change(moving_patch.frames[i]))

    quality = {} if "codec" in options or path.suffix in (".avi", ".webm") else {"crf": "1"}
    return make_video(path, FRAMES, size, picture=picture, **quality | options)


@pytest.mark.parametrize("form", FORMS)
def test_formats(trials, track, plain, moving_patch, tmp_path, form):
    kind, options = FORMS[form]
    path = make(tmp_path / f"clip.{kind}", moving_patch, **options)
    with trials.one(form):
        assert np.abs(track(path) - plain[1]).max() <= 1


@pytest.mark.parametrize("form", GRAY)
def test_gray(trials, track, moving_patch, tmp_path, form):
    """Against the same gray picture in colour."""

    def gray(image):
        return np.repeat(image[..., 1:2], 3, axis=2)

    expected = track(make(tmp_path / "plain.mkv", moving_patch, gray, pixels="bgr0", **LOSSLESS))
    path = make(tmp_path / "gray.mkv", moving_patch, gray, pixels=GRAY[form], **LOSSLESS)
    with trials.one(form):
        assert np.abs(track(path) - expected).max() <= 1


def test_gif(trials, track, plain, moving_patch, tmp_path):
    """Of 256 fixed colours."""
    path = make(tmp_path / "clip.gif", moving_patch, crf="0")
    with trials.one("gif"):
        assert np.abs(track(path) - plain[1]).max() <= 3


@pytest.mark.parametrize("turn", TURNS)
def test_rotation(trials, track, plain, moving_patch, tmp_path, turn):
    """Stored lying and shown upright: the same clip again."""
    path = make(
        tmp_path / "turned.mp4",
        moving_patch,
        lambda image: np.rot90(image, -turn // 90),
        size=SIZE if turn == 180 else SIZE[::-1],
        rotation=turn,
        pixels="yuv444p",
    )
    with trials.one(turn):
        assert np.abs(track(path) - plain[1]).max() <= 1


@pytest.mark.parametrize("size", [(239, 179), (199, 151), (173, 141)], ids=str)
def test_odd_sizes(trials, track, plain, moving_patch, tmp_path, size):
    """Cut off at the right and at the bottom: as the plain clip, as far as the object is inside."""
    width, height = size
    path = make(
        tmp_path / "odd.mkv",
        moving_patch,
        lambda image: image[:height, :width],
        size=size,
        pixels="bgr0",
        **LOSSLESS,
    )
    with trials.one(size):
        boxes = track(path, "-o", "out.mp4")
        inside = [
            i
            for i, (x, y, w, h) in enumerate(plain[1])
            if x + 1.5 * w < width and y + 1.5 * h < height
        ]
        assert len(boxes) == FRAMES
        assert len(inside) >= 2
        assert np.abs(boxes[inside] - plain[1][inside]).max() <= 2


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names(trials, track, plain, tmp_path, name):
    shutil.copy(plain[0], tmp_path / name)
    with trials.one(ascii(name)):
        boxes = track(name, f"--output={name}.out.mp4", f"--save-json={name}.json", here=tmp_path)
        assert np.array_equal(boxes, plain[1])
        assert (tmp_path / f"{name}.json").exists()
