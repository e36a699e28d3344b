"""Folders of training pictures, written for a test."""

from pathlib import Path

import cv2
import numpy as np


def write_picture(path: Path, pixels: np.ndarray) -> Path:
    """Write an RGB picture, with its folders; PNG keeps every pixel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels[..., ::-1])
    return path


def write_boxes(group: Path, header: str, *rows: str) -> None:
    group.mkdir(parents=True, exist_ok=True)
    (group / "boxes.csv").write_text("\n".join([header, *rows]) + "\n")


def noise(seed: int, size: tuple[int, int] = (160, 120), high: int = 256) -> np.ndarray:
    """A picture ``(width, height)`` of random pixels with values below ``high``."""
    return np.random.default_rng(seed).integers(0, high, (size[1], size[0], 3), np.uint8)


def write_videos(root: Path, clips: int, frames: int = 4, tracks: int = 1) -> None:
    """A group ``videos/things`` of clips ``c00``, ``c01``, ...; all of noise."""
    group, rows = root / "videos" / "things", []
    for clip in range(clips):
        for frame in range(frames):
            write_picture(group / f"c{clip:02}" / f"{frame}.png", noise(100 * clip + frame))
            rows += [
                f"c{clip:02},{frame},{track},{20 + 50 * track},{30 + frame},24,18"
                for track in range(tracks)
            ]
    write_boxes(group, "clip,frame,track,x,y,w,h", *rows)
