"""The clip that speed is measured on: 1280x720 H.264, made from the sample clip."""

from pathlib import Path

import numpy as np

from tracker.boxes import Box
from tracker.models import available_models
from tracker.synthetic.sample import SampleClip
from tracker.video import VideoSink

SIZE = (1280, 720)
"""(width, height) of the clip, pixels."""
FPS = 25
"""Frames per second of the clip."""
SIDE = 56
"""Side of the boxes of `grid`, pixels."""


def make_clip(path: Path, frames: int) -> Box:
    """Write the clip: the sample clip, forwards and backwards until it is long enough.

    Returns:
        The target's box in the first frame.
    """
    clip = SampleClip(SIZE)
    pictures = [clip.frame(index) for index in range(0, len(clip), 2)]
    there_and_back = [*pictures, *pictures[::-1]]
    with VideoSink(path, SIZE, FPS) as sink:
        for index in range(frames):
            sink.write(there_and_back[index % len(there_and_back)], index / FPS)
    return clip.truth(0)


def grid(count: int) -> list[Box]:
    """Return square boxes in a regular grid over the frame."""
    width, height = SIZE
    columns = int(np.ceil(np.sqrt(count * width / height)))
    rows = -(-count // columns)
    return [
        (
            (number % columns + 0.5) * width / columns - SIDE / 2,
            (number // columns + 0.5) * height / rows - SIDE / 2,
            SIDE,
            SIDE,
        )
        for number in range(count)
    ]


def shipped_models() -> list[str]:
    """Return every model that has weights, the default one first."""
    return [name for name, is_there in available_models().items() if is_there]
