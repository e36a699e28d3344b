"""The folder format of training pictures with boxes, and its reader.

The format, for data of your own too; any of the three parts may be absent, but not all:

    videos/<group>/boxes.csv             header clip,frame,track,x,y,w,h
    videos/<group>/<clip>/<frame>.jpg    the frames, in the natural order of their names
    stills/<group>/boxes.csv             header image,object,label,x,y,w,h; label may be absent
    stills/<group>/<image>.jpg
    unlabelled/**/<any name>.jpg         pictures without boxes, in folders as you like

A box is ``x, y, w, h`` in pixels of the stored picture, counted from 0; it may reach over the
picture's edge. A track is one object of one clip; frames in which the object cannot be seen have
no row. Pictures may be JPEG, PNG, or another format that ``tracker track`` reads.
"""

import csv
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from tracker.boxes import Box
from tracker.errors import DatasetError, SourceError
from tracker.video.pictures import images_in, is_image


@dataclass(frozen=True)
class Annotation:
    """The box of one object in one picture.

    Attributes:
        picture: the picture's file.
        box: ``(x, y, w, h)`` in its pixels, 0-based.
    """

    picture: Path
    box: Box


Track = tuple[Annotation, ...]
"""One object: in the frames of a clip in time order, or in a single still."""


@dataclass(frozen=True)
class PictureGroup:
    """A group of training pictures of one kind.

    Attributes:
        name: ``videos/<group>``, ``stills/<group>`` or ``unlabelled``.
        kind: the part of the folder that the group is in.
        tracks: the annotated objects. Of stills, each has a single annotation.
        pictures: the pictures of an unlabelled group; empty in the other kinds.
    """

    name: str
    kind: Literal["videos", "stills", "unlabelled"]
    tracks: tuple[Track, ...] = ()
    pictures: tuple[Path, ...] = ()


class _Row(NamedTuple):
    """A row of a ``boxes.csv``."""

    place: str  # file and line, for errors
    cells: dict[str, str]
    box: Box


def read_picture_groups(folder: str | Path) -> list[PictureGroup]:
    """Read the annotations and list the pictures of a training folder; no picture is opened.

    Args:
        folder: laid out as described at the top of this module.

    Returns:
        The groups of videos by name, then those of stills, then the unlabelled pictures.

    Raises:
        DatasetError: no such folder or nothing to train on in it; a group without ``boxes.csv``;
            a row of it that is not as described, appears twice, or has no picture.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError(f"no folder {folder}")
    groups = [_read_videos(path) for path in _subfolders(folder / "videos")]
    groups += [_read_stills(path) for path in _subfolders(folder / "stills")]
    loose = sorted(path for path in (folder / "unlabelled").rglob("*") if is_image(path))
    if loose:
        groups.append(PictureGroup("unlabelled", "unlabelled", pictures=tuple(loose)))
    if not groups:
        raise DatasetError(
            f"{folder}: expected pictures in at least one of its folders videos, stills and "
            f"unlabelled; got none"
        )
    return groups


def hold_out(
    groups: Collection[PictureGroup], every: int = 5
) -> tuple[list[PictureGroup], list[PictureGroup]]:
    """Set whole clips aside for validation: every n-th one in the order of their names.

    All tracks of a clip go the same way, so no frame is on both sides. Stills and unlabelled
    pictures all stay in training.

    Args:
        groups: as ``read_picture_groups`` returns them.
        every: one clip in this many is held out, >= 2.

    Returns:
        The groups for training, in the order given, some of them perhaps without tracks; and the
        video groups of the held-out clips, empty where there are fewer than ``every`` clips.

    Raises:
        ValueError: ``every`` is under 2.
    """
    if every < 2:
        raise ValueError(f"expected to hold out one clip in 2 or more; got every={every}")
    videos = [group for group in groups if group.kind == "videos"]
    clips = sorted({(group.name, _clip(track)) for group in videos for track in group.tracks})
    held = {clip for _, clip in clips[every - 1 :: every]}

    def part(group: PictureGroup, of_held: bool) -> PictureGroup:
        tracks = tuple(track for track in group.tracks if (_clip(track) in held) == of_held)
        return PictureGroup(group.name, group.kind, tracks)

    training = [part(group, False) if group.kind == "videos" else group for group in groups]
    validation = [part(group, True) for group in videos]
    return training, [group for group in validation if group.tracks]


def _clip(track: Track) -> Path:
    """Return the folder of the clip that a track belongs to."""
    return track[0].picture.parent


def _subfolders(folder: Path) -> list[Path]:
    """List the folders in a folder by name, without hidden ones; none if it does not exist."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")


def _read_videos(folder: Path) -> PictureGroup:
    """Read a group of videos; tracks come in the order of their first rows."""
    pictures = _PictureFinder(folder)
    tracks: dict[tuple[str, str], dict[str, Annotation]] = {}
    for row in _read_rows(folder / "boxes.csv", ("clip", "frame", "track")):
        clip, frame, track = (row.cells[name] for name in ("clip", "frame", "track"))
        by_frame = tracks.setdefault((clip, track), {})
        if frame in by_frame:
            raise DatasetError(f"{row.place}: a second box of track {track} in frame {frame}")
        by_frame[frame] = Annotation(pictures.find(row.place, f"{clip}/{frame}"), row.box)
    in_time = [
        tuple(by_frame[frame] for frame in sorted(by_frame, key=_natural_order))
        for by_frame in tracks.values()
    ]
    return PictureGroup(f"videos/{folder.name}", "videos", tuple(in_time))


def _read_stills(folder: Path) -> PictureGroup:
    """Read a group of stills; each row is an object."""
    pictures = _PictureFinder(folder)
    rows = _read_rows(folder / "boxes.csv", ("image", "object"))
    tracks = [(Annotation(pictures.find(row.place, row.cells["image"]), row.box),) for row in rows]
    return PictureGroup(f"stills/{folder.name}", "stills", tuple(tracks))


class _PictureFinder:
    """Finds the pictures of a group by their path without suffix; lists each folder once."""

    def __init__(self, group: Path) -> None:
        self._group = group
        self._folders: dict[Path, dict[str, Path]] = {}

    def find(self, place: str, name: str) -> Path:
        """Return the file of the picture ``name``; an error begins with ``place``."""
        wanted = self._group / name
        if wanted.parent not in self._folders:
            try:
                files = sorted(images_in(wanted.parent), reverse=True)  # .jpg wins over .png
            except SourceError:
                files = []
            self._folders[wanted.parent] = {path.stem: path for path in files}
        try:
            return self._folders[wanted.parent][wanted.name]
        except KeyError:
            raise DatasetError(f"{place}: no picture {wanted}.jpg or .png") from None


def _read_rows(path: Path, names: tuple[str, ...]) -> Iterator[_Row]:
    """Read the rows of a ``boxes.csv`` with the columns ``names`` and those of the box."""
    columns = (*names, "x", "y", "w", "h")
    try:
        # csv asks for newline="" and utf-8-sig drops the mark that spreadsheets put in front.
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise DatasetError(
                    f"{path}, line 1: expected the columns {','.join(columns)}; "
                    f"no {','.join(missing)}"
                )
            for cells in reader:
                place = f"{path}, line {reader.line_num}"
                yield _Row(place, cells, _box(place, cells, columns))
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"cannot read {path}: it is not a table of text ({error})") from error


def _box(place: str, cells: dict[str, str], columns: tuple[str, ...]) -> Box:
    """Read the box of a row, which must have a value in each of ``columns``."""
    if None in cells or not all(cells[name] for name in columns):  # csv: more, fewer or no values
        raise DatasetError(f"{place}: expected a value for each of {','.join(columns)}")
    texts = [cells[name] for name in "xywh"]
    try:
        x, y, w, h = map(float, texts)
    except ValueError:
        x = y = w = h = math.nan
    if not (all(map(math.isfinite, (x, y, w, h))) and w > 0 and h > 0):
        raise DatasetError(
            f"{place}: expected x,y,w,h as finite numbers with w and h above 0; "
            f"got {','.join(texts)}"
        )
    return (x, y, w, h)


def _natural_order(name: str) -> list[str | int]:
    """Return a sort key that puts ``f2`` before ``f10``."""
    # Text and digits take turns in the list, so two keys never compare a number with text.
    parts = re.split(r"(\d+)", name)
    return [int(part) if i % 2 else part for i, part in enumerate(parts)]
