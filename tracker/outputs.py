"""The files that one run writes: where they go, what is refused, and the rows that go into them."""

import glob
import os
import sys
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import numpy as np

from tracker.errors import OutputError
from tracker.frames import Frame, frame_size
from tracker.result import TrackResult
from tracker.video import VideoFrame, VideoSink, draw_result, open_writer, read_csv
from tracker.video.results import CSV_HEADER, CsvWriter, csv_line, part_of
from tracker.video.stream import without_secrets

Paths = dict[str, Path]
"""Output files by kind: "video", "csv", "json", "mot", "otb"."""

_SUFFIXES = {"video": ".mp4", "csv": ".csv", "json": ".json", "mot": ".mot.txt", "otb": ".txt"}
_TRAIL_FRAMES = 30
_SAME = 0.02  # pixels, or score: another number of threads changes less, another model more


def plan_outputs(wanted: Paths, sources: Sequence[str]) -> list[Paths]:
    """The output files of each source: ``wanted`` itself for a single one.

    With several sources each path names a folder, made here, that gets one file per source, named
    after it.

    Raises:
        OutputError: a folder cannot be made.
    """
    if len(sources) == 1:
        return [wanted]
    for folder in wanted.values():
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from error
    names = _distinct([_name_of(source) for source in sources])
    return [
        {kind: folder / f"{name}{_SUFFIXES[kind]}" for kind, folder in wanted.items()}
        for name in names
    ]


def check_outputs(
    paths: Paths, inputs: Sequence[str | Path], *, overwrite: bool, resume: bool
) -> None:
    """Refuse outputs that would destroy something, before anything is read or written.

    Args:
        paths: the outputs of one source.
        inputs: everything that the whole command reads.
        overwrite: existing outputs may be replaced.
        resume: they may be if they are those of a broken run, that is if its CSV file is there.

    Raises:
        OutputError: two outputs are one file, an output is an input, it exists and may not be
            replaced, or its folder is missing.
    """
    if resume and "csv" not in paths:
        raise OutputError("expected --save-csv with --resume: its rows say where to go on")
    replaceable = overwrite or (resume and paths["csv"].exists())
    parts = [part_of(paths[kind]) for kind in ("csv", "json") if kind in paths]
    resolved = [os.path.realpath(path) for path in (*paths.values(), *parts)]
    for path in parts:
        if any(_is_same_file(path, each) for each in inputs):
            raise OutputError(f"{path}, which rows are written to first, is an input of this run")
    for path, real in zip(paths.values(), resolved, strict=False):
        if resolved.count(real) > 1:
            raise OutputError(f"expected a file of its own for each output; got {path} twice")
        if any(_is_same_file(path, each) for each in inputs):
            raise OutputError(f"the output {path} is an input of this run")
        if path.is_dir():
            raise OutputError(f"could not write {path}: it is a folder")
        if path.exists() and not replaceable:
            raise OutputError(f"could not write {path}: it exists; allow it with --overwrite")
        if not path.parent.is_dir():
            raise OutputError(f"could not write {path}: there is no folder {path.parent}")
    if "json" in paths and not replaceable and (part := part_of(paths["json"])).exists():
        raise OutputError(
            f"could not write {paths['json']}: {part} holds the rows of a run that did not end; "
            f"allow replacing it with --overwrite"
        )


def _is_same_file(first: Path, second: str | Path) -> bool:
    try:
        return os.path.samefile(first, second)
    except (OSError, ValueError):  # one of them is not there, or is no path at all
        return False


class EarlierRun:
    """The rows of a broken run, taken over frame by frame in place of tracking.

    A last frame that is not whole does not count.

    Args:
        path: its CSV file; a missing one is an empty run.
        first: this run's results in its first frame.

    Raises:
        SourceError: the file cannot be read.
        OutputError: it is of a run on other frames or boxes, or with another model; also from
            ``take``, ``confirm`` and ``finish``.
    """

    def __init__(self, path: Path, first: Sequence[TrackResult]) -> None:
        self._path, self._taken = path, 0
        rows = defaultdict(list)
        for result in read_csv(path) if path.exists() else ():
            rows[result.frame].append(result)
        ids = [each.id for each in first]
        whole = [[each.id for each in found] == ids for found in rows.values()]
        if not all(whole[:-1]):
            raise self._other("number of objects")
        self.frames = [
            found for found, is_whole in zip(rows.values(), whole, strict=True) if is_whole
        ]
        self._probes = {found[0].frame for found in (*self.frames[1:2], *self.frames[1:][-1:])}
        if self.frames:
            begun = [(each.frame, each.box) for each in self.frames[0]]
            if begun != [(each.frame, each.box) for each in first]:
                raise self._other("first frame or box")

    def take(self, frame: VideoFrame) -> list[TrackResult] | None:
        """The rows of the next frame; None when all are taken."""
        if self._taken == len(self.frames):
            return None
        known = self.frames[self._taken]
        if known[0].frame != frame.index or abs((known[0].time_s or 0) - frame.time_s) > 1e-5:
            raise self._other(f"frame or time after row {self._taken}")
        self._taken += 1
        return known

    def is_probe(self, frame: VideoFrame) -> bool:
        """Whether to track this frame all the same and ``confirm`` it: second and last row."""
        return frame.index in self._probes

    def confirm(self, results: Sequence[TrackResult]) -> None:
        """Compare what was found in a frame with its rows; that tells another model or source."""
        rows = self.frames[self._taken - 1]
        for row, result in zip(rows, results, strict=True):
            change = np.abs(np.subtract([*row.box, row.score], [*result.box, result.score]))
            if change.max() > _SAME:
                raise self._other(
                    f"model, source or device: frame {row.frame} comes out differently"
                )

    def finish(self) -> None:
        """Say that there are no more frames."""
        if self._taken < len(self.frames):
            raise self._other(f"end: it goes on to frame {self.frames[-1][0].frame}")

    def _other(self, what: str) -> OutputError:
        return OutputError(f"cannot resume {self._path}: it is of a run with another {what}")


class Outputs:
    """All outputs of one run, open; a context manager.

    Args:
        paths: the files; none means that the rows go to standard output.
        first: the first frame, whose size the video takes.
        objects: how many objects there are.
        source, model: their names, stored in JSON.
        fps: nominal frame rate of the video, or None.
        overwrite: replace existing files.
        kept: rows of a broken run that stay in the CSV file; ``write`` is called with them too.

    Raises:
        OutputError: a file cannot be made; from ``write`` and on leaving, cannot be written.
    """

    def __init__(
        self, paths: Paths, first: VideoFrame, *, objects: int, source: str, model: str,
        fps: float | None, overwrite: bool, kept: Sequence[list[TrackResult]],
    ) -> None:  # fmt: skip
        self._show_id = objects > 1
        self._trails = defaultdict(lambda: deque(maxlen=_TRAIL_FRAMES))
        self._video, self._csv, self._others = None, None, []
        self._in_csv = frozenset(results[0].frame for results in kept)
        with ExitStack() as stack:
            if not paths:
                self._others.append(_StandardOutput())
            for kind, path in paths.items():
                if kind == "video":
                    size = frame_size(first.image)
                    self._video = stack.enter_context(
                        VideoSink(path, size, fps, overwrite=overwrite)
                    )
                elif kind == "csv" and kept:
                    rows = [result for results in kept for result in results]
                    self._csv = stack.enter_context(CsvWriter.resumed(path, rows))
                else:
                    writer = stack.enter_context(
                        open_writer(kind, path, overwrite=overwrite, source=source, model=model)
                    )
                    self._others.append(writer)
            self._stack = stack.pop_all()

    def write(
        self, frame: VideoFrame, results: Sequence[TrackResult], *, draw: bool = False
    ) -> Frame | None:
        """Write the results of one frame to every output, rows before pictures.

        Returns:
            A copy of the frame with the results drawn on it, if ``draw`` or a video wants one.
        """
        for result in results:
            if self._csv and frame.index not in self._in_csv:
                self._csv.write(result)
            for writer in self._others:
                writer.write(result)
        if not (draw or self._video):
            return None
        picture = self._drawn(frame, results)
        if self._video:
            self._video.write(picture, frame.time_s)
        return picture

    def _drawn(self, frame: VideoFrame, results: Sequence[TrackResult]) -> Frame:
        picture = frame.image.copy()
        for result in results:
            x, y, w, h = result.box
            trail = self._trails[result.id]
            trail.append((x + w / 2, y + h / 2))
            draw_result(picture, result, trail, show_id=self._show_id)
        return picture

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.__exit__(*exc_info)


class _StandardOutput:
    """CSV rows on standard output, each sent at once."""

    def __init__(self) -> None:
        if sys.stdout is None:  # closed before we started: print() would say nothing
            raise OutputError("could not write standard output: it is closed")
        self._print(CSV_HEADER)

    def write(self, result: TrackResult) -> None:
        self._print(csv_line(result))

    def _print(self, line: str) -> None:
        try:
            print(line, flush=True)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"could not write standard output: {error.strerror}") from error


def _name_of(source: str) -> str:
    """A file name for what a source gives: that of the sequence rather than of its ``img``."""
    path = Path(source)
    if path.is_dir() or (glob.has_magic(source) and not path.exists()):
        folder = (path if path.is_dir() else path.parent).resolve()
        return folder.parent.name if folder.name in ("img", "images", "frames") else folder.name
    return Path(without_secrets(source)).stem or "source"


def _distinct(names: Sequence[str]) -> list[str]:
    """Number the repetitions of a name: clip, clip-2, clip-3."""
    seen: set[str] = set()
    distinct = []
    for name in names:
        count, candidate = 1, name
        while candidate in seen:
            count += 1
            candidate = f"{name}-{count}"
        seen.add(candidate)
        distinct.append(candidate)
    return distinct
