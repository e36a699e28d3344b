"""Clips for the demo's tests."""

from pathlib import Path

import cv2
import numpy as np

from tracker.datasets.otb import load_otb
from tracker.video import VideoSink, open_source


def still_video(path: Path, size: tuple[int, int], frames: int = 2) -> Path:
    """A video of one textured picture."""
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    picture = cv2.GaussianBlur(noise, (0, 0), 4)
    with VideoSink(path, size, 25) as sink:
        for index in range(frames):
            sink.write(picture, index / 25)
    return path


def real_video(otb_data: Path, name: str, path: Path, frames: int) -> tuple[Path, np.ndarray]:
    """The beginning of a sequence of OTB as mp4, and its true boxes."""
    (sequence,) = load_otb(otb_data, names=[name])
    with (
        open_source(otb_data / name / "img", end=frames) as source,
        VideoSink(path, source.size, 25) as sink,
    ):
        for frame in source:
            sink.write(frame.image, frame.time_s)
    return path, sequence.boxes[:frames]
