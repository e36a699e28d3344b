"""Training pictures on disk, and the objects marked in them.

The folder format, for data of your own too; any of the three parts may be absent, not all:

    videos/<group>/boxes.csv             header clip,frame,track,x,y,w,h
    videos/<group>/<clip>/<frame>.jpg    the frames, in the natural order of their names
    stills/<group>/boxes.csv             header image,object,label,x,y,w,h; label may be absent
    stills/<group>/<image>.jpg
    unlabelled/**/<any name>.jpg         pictures without boxes, in folders as you like

A box is ``x, y, w, h`` in pixels of the stored picture, counted from 0; it may reach over the
picture's edge. A track is one object of one clip; frames in which it is not to be seen have no
row. Pictures may be JPEG, PNG, or another format that ``tracker track`` reads.
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
class View:
    """One object in one picture.

    Attributes:
        picture: the picture's file.
        box: ``(x, y, w, h)`` in its pixels, 0-based.
    """

    picture: Path
    box: Box


@dataclass(frozen=True)
class Source:
    """A group of training pictures of one kind.

    Attributes:
        name: ``videos/<group>``, ``stills/<group>`` or ``unlabelled``.
        kind: what its pictures can be used for.
        tracks: the objects. Videos: the views of each track in time order. Stills: one view each.
        pictures: of an unlabelled source, its pictures; of the others, empty.
    """

    name: str
    kind: Literal["videos", "stills", "unlabelled"]
    tracks: tuple[tuple[View, ...], ...] = ()
    pictures: tuple[Path, ...] = ()


class _Row(NamedTuple):
    place: str  # file and line, for errors
    cells: dict[str, str]
    box: Box


def read_sources(folder: str | Path) -> list[Source]:
    """Read what a folder of training pictures holds; no picture is opened.

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
    sources = [_read_videos(group) for group in _groups(folder / "videos")]
    sources += [_read_stills(group) for group in _groups(folder / "stills")]
    loose = sorted(path for path in (folder / "unlabelled").rglob("*") if is_image(path))
    if loose:
        sources.append(Source("unlabelled", "unlabelled", pictures=tuple(loose)))
    if not sources:
        raise DatasetError(
            f"{folder}: expected pictures in at least one of its folders videos, stills and "
            f"unlabelled; got none"
        )
    return sources


def hold_out(sources: Collection[Source], every: int = 5) -> tuple[list[Source], list[Source]]:
    """Set whole clips aside for validation: every n-th one in the order of their names.

    All tracks of a clip go the same way, so no frame is on both sides. Stills and unlabelled
    pictures all stay in training.

    Args:
        sources: as ``read_sources`` returns them.
        every: one clip in this many is held out, >= 2.

    Returns:
        The sources for training, in the order given, some perhaps without tracks now; and the
        video sources of the held-out clips, empty where there are fewer than ``every`` clips.

    Raises:
        ValueError: ``every`` is under 2.
    """
    if every < 2:
        raise ValueError(f"expected to hold out one clip in 2 or more; got every={every}")
    videos = [source for source in sources if source.kind == "videos"]
    clips = sorted({(source.name, _clip(track)) for source in videos for track in source.tracks})
    held = {clip for _, clip in clips[every - 1 :: every]}

    def part(source: Source, of_held: bool) -> Source:
        tracks = tuple(track for track in source.tracks if (_clip(track) in held) == of_held)
        return Source(source.name, source.kind, tracks)

    training = [part(source, False) if source.kind == "videos" else source for source in sources]
    validation = [part(source, True) for source in videos]
    return training, [source for source in validation if source.tracks]


def _clip(track: tuple[View, ...]) -> Path:
    return track[0].picture.parent


def _groups(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")


def _read_videos(group: Path) -> Source:
    pictures = _Pictures(group)
    tracks: dict[tuple[str, str], dict[str, View]] = {}
    for row in _read_rows(group / "boxes.csv", ("clip", "frame", "track")):
        clip, frame, track = (row.cells[name] for name in ("clip", "frame", "track"))
        views = tracks.setdefault((clip, track), {})
        if frame in views:
            raise DatasetError(f"{row.place}: a second box of track {track} in frame {frame}")
        views[frame] = View(pictures.find(row.place, f"{clip}/{frame}"), row.box)
    in_time = [
        tuple(views[frame] for frame in sorted(views, key=_natural_order))
        for views in tracks.values()
    ]
    return Source(f"videos/{group.name}", "videos", tuple(in_time))


def _read_stills(group: Path) -> Source:
    pictures = _Pictures(group)
    rows = _read_rows(group / "boxes.csv", ("image", "object"))
    tracks = [(View(pictures.find(row.place, row.cells["image"]), row.box),) for row in rows]
    return Source(f"stills/{group.name}", "stills", tuple(tracks))


class _Pictures:
    """The pictures of a group by their path without suffix; each folder is listed once."""

    def __init__(self, group: Path) -> None:
        self._group = group
        self._folders: dict[Path, dict[str, Path]] = {}

    def find(self, place: str, name: str) -> Path:
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
    """The rows of a ``boxes.csv`` that has the columns ``names`` and those of the box."""
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
    # Text and digits take turns in the list, so two keys never compare a number with text.
    parts = re.split(r"(\d+)", name)
    return [int(part) if i % 2 else part for i, part in enumerate(parts)]
