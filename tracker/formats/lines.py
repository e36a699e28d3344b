"""Text files that grow by a line per result: what CSV, MOT and OTB files share.

A killed run keeps every row, and a row that does not fit leaves nothing of itself.
"""

import os
from pathlib import Path
from typing import Protocol, Self

from tracker.boxes import Box
from tracker.errors import OutputError
from tracker.output_file import OutputFile
from tracker.result import TrackResult

PathLike = str | os.PathLike[str]


class ResultWriter(Protocol):
    """Where results go, one at a time, in the order of frames; a context manager."""

    def write(self, result: TrackResult) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...


class LineWriter:
    """A text file that gets one finished line per result."""

    header = ""

    def __init__(self, path: PathLike, *, overwrite: bool = False) -> None:
        self._path = Path(path)
        self._file = create_file(self._path, overwrite)
        if self.header:
            self._write_line(self.header)

    def write(self, result: TrackResult) -> None:
        self._write_line(self.line(result))

    def line(self, result: TrackResult) -> str:
        raise NotImplementedError

    def close(self) -> None:
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


def part_of(path: PathLike) -> Path:
    """The file beside a target that holds its rows until they are put in place."""
    return Path(f"{os.fspath(path)}.part")


def create_file(path: Path, overwrite: bool) -> OutputFile:
    try:
        return OutputFile(path, overwrite=overwrite)
    except OSError as error:
        raise output_error(path, error) from error


def output_error(path: Path, error: OSError) -> OutputError:
    if isinstance(error, FileExistsError):
        return OutputError(f"could not write {path}: it exists, and overwriting was not asked for")
    return OutputError(f"could not write {path}: {error.strerror or error}")


def one_based(result: TrackResult) -> Box:
    x, y, w, h = result.box
    return (x + 1, y + 1, w, h)


def decimals(box: Box) -> str:
    return ",".join(f"{value:.4f}" for value in box)
