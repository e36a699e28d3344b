"""Read annotated clips: ``<group>/boxes.csv``, and ``<group>/<clip>.mp4`` beside it."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.errors import DatasetError
from tracker.frames import Frame
from tracker.video import open_source

FrameName = TypeVar("FrameName")


class BoxRow(NamedTuple, Generic[FrameName]):
    """A row of a ``boxes.csv``: one object in one frame; ``folder`` is that of the file."""

    folder: Path
    clip: str
    track: str
    frame: FrameName
    box: Box


class AnnotatedTrack(NamedTuple):
    """One annotated object of a clip.

    Attributes:
        name: ``group/clip/track``.
        video: the clip.
        boxes: ``(x, y, w, h)`` by frame number, 0-based; frames without a row are missing.
    """

    name: str
    video: Path
    boxes: dict[int, NDArray[np.float64]]

    @property
    def group(self) -> str:
        """The folder of the clip."""
        return self.video.parent.name

    def read(self, skip: int, most: int) -> tuple[list[Frame], NDArray[np.float64]]:
        """Read frames and truth from the first annotated frame on.

        Args:
            skip: start at the first annotated frame after so many more.
            most: read at most so many frames.

        Returns:
            The frames, and ``(N, 4)`` boxes, NaN where there is none; none at all if the track ends
            before it begins.
        """
        begin = min(self.boxes) + skip
        starts = [frame for frame in self.boxes if frame >= begin]
        if not starts:
            return [], np.empty((0, 4))
        first, end = min(starts), min(min(starts) + most, max(self.boxes) + 1)
        with open_source(self.video, start=first, end=end) as source:
            frames = [frame.image for frame in source]
        nothing = np.full(4, np.nan)
        truth = [self.boxes.get(first + number, nothing) for number in range(len(frames))]
        return frames, np.array(truth)


def read_box_rows(
    folder: Path, frame_name: Callable[[str], FrameName]
) -> Iterator[BoxRow[FrameName]]:
    """Read the rows of ``boxes.csv`` of all groups in a folder, in the order of the groups' names.

    Args:
        folder: of the groups.
        frame_name: converts the column ``frame``; ``int`` for videos, ``str`` for named pictures.

    Raises:
        DatasetError: a row is not ``clip,frame,track,x,y,w,h``.
    """
    for table in sorted(folder.glob("*/boxes.csv")):
        with table.open(newline="", encoding="utf-8") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                try:
                    x, y, w, h = (float(row[side]) for side in "xywh")
                    clip, track, frame = row["clip"], row["track"], frame_name(row["frame"])
                except (KeyError, TypeError, ValueError) as error:
                    raise DatasetError(
                        f"{table}, line {number}: expected clip,frame,track,x,y,w,h; got {row}"
                    ) from error
                yield BoxRow(table.parent, clip, track, frame, (x, y, w, h))


def read_tracks(folder: Path) -> list[AnnotatedTrack]:
    """Read the annotated tracks of all groups in a folder, sorted by name.

    Raises:
        DatasetError: there is none, or a row is not ``clip,frame,track,x,y,w,h``.
    """
    tracks: dict[str, AnnotatedTrack] = {}
    for row in read_box_rows(folder, int):
        name = f"{row.folder.name}/{row.clip}/{row.track}"
        track = tracks.setdefault(name, AnnotatedTrack(name, row.folder / f"{row.clip}.mp4", {}))
        track.boxes[row.frame] = np.array(row.box)
    if not tracks:
        raise DatasetError(f"expected GROUP/boxes.csv in {folder}; found none")
    return [tracks[name] for name in sorted(tracks)]
