"""Text files that grow by one line per result: the base of the CSV, MOT and OTB writers.

A killed run keeps every line it has written, and a line that does not fit on the disk is removed
as a whole.
"""

import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Protocol, Self

from tracker.boxes import Box
from tracker.errors import OutputError
from tracker.output_file import OutputFile
from tracker.result import TrackResult

PathLike = str | os.PathLike[str]


class ResultWriter(Protocol):
    """Takes results one at a time, in the order of frames; a context manager."""

    def write(self, result: TrackResult) -> None:
        """Append a result."""

    def close(self) -> None:
        """Finish the file."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...


class LineWriter(ABC):
    """Writes a text file, one line per result; subclasses say what the lines look like.

    Args:
        path: the file to make.
        overwrite: replace an existing file instead of refusing.

    Attributes:
        header: first line of the file; none if empty.

    Raises:
        OutputError: the file exists or cannot be written; also from ``write`` and ``close``.
    """

    header = ""

    def __init__(self, path: PathLike, *, overwrite: bool = False) -> None:
        self._path = Path(path)
        self._file = create_file(self._path, overwrite)
        if self.header:
            self._write_line(self.header)

    @abstractmethod
    def line(self, result: TrackResult) -> str:
        """Format a result as a line, without a line break."""

    def write(self, result: TrackResult) -> None:
        """Append a result; its line reaches the file at once."""
        self._write_line(self.line(result))

    def close(self) -> None:
        """Close the file; may be called twice."""
        try:
            self._file.close()
        except OSError as error:
            raise output_error(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _write_line(self, line: str) -> None:
        try:
            self._file.write(line + "\n")
        except OSError as error:
            raise output_error(self._path, error) from error


def partial_path(path: PathLike) -> Path:
    """Return the path beside a target where its rows are collected until they replace it."""
    return Path(f"{os.fspath(path)}.part")


def create_file(path: Path, overwrite: bool) -> OutputFile:
    """Create an output file.

    Raises:
        OutputError: it exists and ``overwrite`` is off, or it cannot be made.
    """
    try:
        return OutputFile(path, overwrite=overwrite)
    except OSError as error:
        raise output_error(path, error) from error


def output_error(path: Path, error: OSError) -> OutputError:
    """Return an ``OutputError`` that says why a file could not be written."""
    if isinstance(error, FileExistsError):
        return OutputError(f"could not write {path}: it exists, and overwriting was not asked for")
    return OutputError(f"could not write {path}: {error.strerror or error}")


def one_based(box: Box) -> Box:
    """Shift a 0-based box to pixels counted from 1."""
    x, y, w, h = box
    return (x + 1, y + 1, w, h)


def format_box(box: Box) -> str:
    """Format a box as ``x,y,w,h`` with four decimals."""
    return ",".join(f"{value:.4f}" for value in box)
