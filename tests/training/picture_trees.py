"""Folders of training pictures, written for a test."""

from pathlib import Path

import cv2
import numpy as np

from tracker.boxes import Box
from tracker.training.annotations import Annotation, PictureGroup


def write_picture(path: Path, pixels: np.ndarray) -> Path:
    """Write an RGB picture, with its folders; PNG keeps every pixel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels[..., ::-1])
    return path


def write_boxes(group: Path, header: str, *rows: str) -> None:
    """Write the ``boxes.csv`` of a group."""
    group.mkdir(parents=True, exist_ok=True)
    (group / "boxes.csv").write_text("\n".join([header, *rows]) + "\n")


def noise(seed: int, size: tuple[int, int] = (160, 120), high: int = 256) -> np.ndarray:
    """Make a picture ``(width, height)`` of random pixels with values below ``high``."""
    return np.random.default_rng(seed).integers(0, high, (size[1], size[0], 3), np.uint8)


def write_videos(root: Path, clips: int, frames: int = 4, tracks: int = 1) -> None:
    """Write a group ``videos/things`` of clips ``c00``, ``c01``, ...; all of noise."""
    group, rows = root / "videos" / "things", []
    for clip in range(clips):
        for frame in range(frames):
            write_picture(group / f"c{clip:02}" / f"{frame}.png", noise(100 * clip + frame))
            rows += [
                f"c{clip:02},{frame},{track},{20 + 50 * track},{30 + frame},24,18"
                for track in range(tracks)
            ]
    write_boxes(group, "clip,frame,track,x,y,w,h", *rows)


def still(path: Path, pixels: np.ndarray, box: Box, name: str = "stills/one") -> PictureGroup:
    """Write a picture with one object, and return it as a group of stills."""
    return PictureGroup(name, "stills", ((Annotation(write_picture(path, pixels), box),),))


def shade_groups(root: Path, sizes: dict[str, int]) -> list[PictureGroup]:
    """Write groups of stills; all pictures of group i have the value 20 * (i + 1)."""
    groups = []
    for i, (name, size) in enumerate(sizes.items()):
        pixels = np.full((60, 60, 3), 20 * (i + 1), np.uint8)
        paths = [write_picture(root / name / f"{k}.png", pixels) for k in range(size)]
        tracks = tuple((Annotation(path, (20, 20, 20, 20)),) for path in paths)
        groups.append(PictureGroup(name, "stills", tracks))
    return groups
