"""Which files a run writes, and which of them it must not touch."""

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from tracker.errors import OutputError
from tracker.formats.lines import partial_path
from tracker.video.stream import without_secrets

Paths = dict[str, Path]
"""Output files by kind: "video", "csv", "json", "mot", "otb"."""

_SUFFIXES = {"video": ".mp4", "csv": ".csv", "json": ".json", "mot": ".mot.txt", "otb": ".txt"}


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
    parts = [partial_path(paths[kind]) for kind in ("csv", "json") if kind in paths]
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
    if "json" in paths and not replaceable and (part := partial_path(paths["json"])).exists():
        raise OutputError(
            f"could not write {paths['json']}: {part} holds the rows of a run that did not end; "
            f"allow replacing it with --overwrite"
        )


def _is_same_file(first: Path, second: str | Path) -> bool:
    try:
        return os.path.samefile(first, second)
    except (OSError, ValueError):  # one of them is not there, or is no path at all
        return False


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
