"""Plan the output files of a run, and check that writing them destroys nothing."""

import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from tracker.errors import OutputError
from tracker.formats.lines import partial_path
from tracker.video.stream import without_secrets

OutputKind = Literal["video", "csv", "json", "mot", "otb"]

OUTPUT_KINDS: tuple[OutputKind, ...] = get_args(OutputKind)

OutputPaths = dict[OutputKind, Path]
"""Output files by kind."""

_SUFFIXES: dict[OutputKind, str] = {
    "video": ".mp4",
    "csv": ".csv",
    "json": ".json",
    "mot": ".mot.txt",
    "otb": ".txt",
}


def plan_outputs(wanted: OutputPaths, sources: Sequence[str]) -> list[OutputPaths]:
    """Return the output files of each source.

    Args:
        wanted: the paths that the user gave. With several sources each names a folder, which is
            made here and gets one file per source, named after it.
        sources: the sources as the user gave them.

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
    names = _numbered([_name_of(source) for source in sources])
    return [
        {kind: folder / f"{name}{_SUFFIXES[kind]}" for kind, folder in wanted.items()}
        for name in names
    ]


def check_outputs(
    paths: OutputPaths, inputs: Sequence[str | Path], *, overwrite: bool, resume: bool
) -> None:
    """Check that writing the outputs would destroy nothing, before anything is read or written.

    Args:
        paths: the outputs of one source.
        inputs: everything that the whole command reads.
        overwrite: whether existing outputs may be replaced.
        resume: whether they may be if they belong to an interrupted run: its CSV file exists.

    Raises:
        OutputError: two outputs are the same file, an output is an input or exists and may not be
            replaced, or its folder is missing.
    """
    if resume and "csv" not in paths:
        raise OutputError("expected --save-csv with --resume: its rows say where to go on")
    replaceable = overwrite or (resume and paths["csv"].exists())
    rows_first_in: tuple[OutputKind, ...] = ("csv", "json")
    partial = [partial_path(paths[kind]) for kind in rows_first_in if kind in paths]
    resolved = [os.path.realpath(path) for path in (*paths.values(), *partial)]
    for path in partial:
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
    if "json" in paths and not replaceable and (rows := partial_path(paths["json"])).exists():
        raise OutputError(
            f"could not write {paths['json']}: {rows} holds the rows of a run that did not end; "
            f"allow replacing it with --overwrite"
        )


def _is_same_file(first: Path, second: str | Path) -> bool:
    """Return whether two paths name the same file, also through links."""
    try:
        return os.path.samefile(first, second)
    except (OSError, ValueError):  # one of them does not exist, or is no path at all
        return False


def _name_of(source: str) -> str:
    """Return a file name for the outputs of a source, without a suffix.

    A folder ``Sequence/img`` is named after the sequence.
    """
    shown = without_secrets(source)
    path = Path(shown)
    is_pattern = glob.has_magic(shown) and "://" not in shown and not path.exists()
    if path.is_dir() or is_pattern:
        folder = (path.parent if is_pattern else path).resolve()
        return folder.parent.name if folder.name in ("img", "images", "frames") else folder.name
    return path.stem or "source"


def _numbered(names: Sequence[str]) -> list[str]:
    """Make names distinct by numbering repeated ones: clip, clip-2, clip-3."""
    seen: set[str] = set()
    numbered = []
    for name in names:
        count, candidate = 1, name
        while candidate in seen:
            count += 1
            candidate = f"{name}-{count}"
        seen.add(candidate)
        numbered.append(candidate)
    return numbered
