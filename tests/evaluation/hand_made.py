"""Entries with known scores, and short sequences with or without pictures."""

from pathlib import Path

import cv2
import numpy as np

from tracker.datasets.sequence import Sequence
from tracker.evaluation.entry import Entry
from tracker.evaluation.metrics import SequenceScore

BOX = (10.0, 20.0, 30.0, 20.0)
FAR = (200.0, 20.0, 30.0, 20.0)  # shares nothing with BOX


def score(auc: float, precision: float = 0.5, frames: int = 10) -> SequenceScore:
    """Flat curves, so that every figure is known."""
    return SequenceScore(
        np.full(21, auc), np.full(51, precision), np.full(51, precision / 2), frames
    )


def entry(name: str, **aucs: float) -> Entry:
    """One that finished the sequences named, with these AUCs."""
    return Entry(name, {sequence: score(auc) for sequence, auc in aucs.items()})


def sequence(name: str, *attributes: str, frames: int = 10) -> Sequence:
    """A target that stays at BOX, without pictures."""
    return Sequence(name, (), np.tile(BOX, (frames, 1)), attributes=attributes)


def with_pictures(name: str, folder: Path, frames: int = 10, size=(280, 210)) -> Sequence:
    """The same with gray pictures."""
    path = folder / f"{name}.png"
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), 90, np.uint8))
    return Sequence(name, (path,) * frames, np.tile(BOX, (frames, 1)))


def boxes_with_misses(misses, frames: int = 10) -> np.ndarray:
    """Results at BOX, and FAR from it in the frames of ``misses``."""
    boxes = np.tile(BOX, (frames, 1))
    boxes[list(misses)] = FAR
    return boxes
