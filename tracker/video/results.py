"""Write result files: CSV, JSON, OTB and MOT.

Text formats are written line by line as results come, so a killed run keeps every row; JSON is
written beside its target and put in place at the end, so the target is always whole. A row that
does not fit leaves nothing of itself.
"""

import json
import os
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Protocol, Self

from tracker.boxes import Box
from tracker.errors import OutputError
from tracker.result import TrackResult
from tracker.video.output_file import OutputFile, lock
from tracker.video.result_readers import CSV_HEADER, PathLike, read_csv

__all__ = [
    "CSV_HEADER",
    "CsvWriter",
    "JsonWriter",
    "MotWriter",
    "OtbWriter",
    "ResultWriter",
    "open_writer",
    "read_csv",
]


class ResultWriter(Protocol):
    """Where results go, one at a time, in the order of frames; a context manager."""

    def write(self, result: TrackResult) -> None: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...


def open_writer(
    kind: str, path: PathLike, *, overwrite: bool = False, source: str = "", model: str = ""
) -> ResultWriter:
    """Open a result file.

    Args:
        kind: ``"csv"``, ``"json"``, ``"otb"`` or ``"mot"``.
        path: the file to make.
        overwrite: replace an existing file instead of refusing.
        source: name of the source, stored in JSON.
        model: name of the model, stored in JSON.

    Raises:
        OutputError: the file exists or cannot be made; later, from ``write`` and ``close``, it
            cannot be written.
        ValueError: another kind.
    """
    if kind == "json":
        return JsonWriter(path, overwrite=overwrite, source=source, model=model)
    writers = {"csv": CsvWriter, "otb": OtbWriter, "mot": MotWriter}
    if kind not in writers:
        raise ValueError(f"expected csv, json, otb or mot; got {kind!r}")
    return writers[kind](path, overwrite=overwrite)


class _LineWriter:
    """A text file that gets one finished line per result."""

    header = ""

    def __init__(self, path: PathLike, *, overwrite: bool = False) -> None:
        self._path = Path(path)
        self._file = _create(self._path, overwrite)
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
            raise _output_error(self._path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _write_line(self, line: str) -> None:
        try:
            self._file.write(line + "\n")
        except OSError as error:
            raise _output_error(self._path, error) from error


class CsvWriter(_LineWriter):
    """The project's own table: ``frame,time_s,id,x,y,w,h,score,state``, 0-based pixels."""

    header = CSV_HEADER

    @classmethod
    def resumed(cls, path: PathLike, results: Iterable[TrackResult]) -> Self:
        """Open an existing file to go on after ``results``; what follows them is dropped.

        The file is replaced in one step, so that a fault here loses no row.
        """
        part = part_of(path)
        try:
            with open(path, "rb") as earlier:
                lock(earlier.fileno())  # a run that is still writing it is not a broken one
                writer = cls(part, overwrite=True)
                try:
                    for result in results:
                        writer.write(result)
                    os.replace(part, path)
                except BaseException:
                    writer.close()
                    part.unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise _output_error(Path(path), error) from error
        writer._path = Path(path)
        return writer

    def line(self, result: TrackResult) -> str:
        return csv_line(result)


class OtbWriter(_LineWriter):
    """An OTB result file: ``x,y,w,h`` per frame, x and y counted from 1; one object per file.

    Raises:
        OutputError: also when results of a second object are written.
    """

    _id: int | None = None

    def line(self, result: TrackResult) -> str:
        if self._id not in (None, result.id):
            raise OutputError(
                f"could not write {self._path}: an OTB file holds one object; "
                f"got objects {self._id} and {result.id}"
            )
        self._id = result.id
        return _decimals(_one_based(result))


class MotWriter(_LineWriter):
    """A MOTChallenge result file (MOT16, Milan et al. 2016): frame, x and y counted from 1.

    ``frame,id,x,y,w,h,score,-1,-1,-1`` per object and frame, lost ones included.
    """

    def line(self, result: TrackResult) -> str:
        box = _decimals(_one_based(result))
        return f"{result.frame + 1},{result.id},{box},{result.score:.4f},-1,-1,-1"


class JsonWriter:
    """One JSON object: ``{"source", "model", "results": [...]}``, one result per line.

    Rows go to ``<path>.part`` as they come; ``close`` makes that the target. Where a row does not
    fit, as on a full disk, the rows before it become the target.
    """

    def __init__(
        self, path: PathLike, *, overwrite: bool = False, source: str = "", model: str = ""
    ) -> None:
        self._path = Path(path)
        self._part = part_of(self._path)
        if self._path.exists() and not overwrite:
            raise _output_error(self._path, FileExistsError())
        self._file = _create(self._part, overwrite)
        self._between = "\n"
        head = json.dumps({"source": source, "model": model})
        try:
            self._file.write(f'{head[:-1]}, "results": [')
        except OSError as error:
            self._file.close()
            self._part.unlink()
            raise _output_error(self._path, error) from error
        self._ends = deque([self._file.size], maxlen=2)  # of the head or the last rows

    def write(self, result: TrackResult) -> None:
        row = {
            "frame": result.frame,
            "time_s": None if result.time_s is None else round(result.time_s, 6),
            "id": result.id,
            "box": [round(side, 4) for side in result.box],
            "score": round(result.score, 4),
            "state": result.state,
        }
        try:
            self._file.write(f"{self._between}{json.dumps(row)}")
        except OSError as error:
            self._give_up(error)
        self._between = ",\n"
        self._ends.append(self._file.size)

    def close(self) -> None:
        if self._file.closed:
            return
        try:
            self._finish()
        except OSError as error:
            self._give_up(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _finish(self) -> None:
        self._file.write("\n]}\n")
        os.fsync(self._file.descriptor)
        os.replace(self._part, self._path)
        self._file.close()

    def _give_up(self, error: OSError) -> NoReturn:
        """Keep what is whole: the last row makes room for the end where there is no other."""
        for size in reversed(self._ends):
            with suppress(OSError):
                self._file.cut(size)
                self._finish()
                break
        self._file.close()
        raise _output_error(self._path, error) from error


def part_of(path: PathLike) -> Path:
    """The file beside a target that holds its rows until they are put in place."""
    return Path(f"{os.fspath(path)}.part")


def csv_line(result: TrackResult) -> str:
    """One result as a row under ``CSV_HEADER``, without a line break."""
    time_s = "" if result.time_s is None else f"{result.time_s:.6f}"
    box = _decimals(result.box)
    return f"{result.frame},{time_s},{result.id},{box},{result.score:.4f},{result.state}"


def _create(path: Path, overwrite: bool) -> OutputFile:
    try:
        return OutputFile(path, overwrite=overwrite)
    except OSError as error:
        raise _output_error(path, error) from error


def _output_error(path: Path, error: OSError) -> OutputError:
    if isinstance(error, FileExistsError):
        return OutputError(f"could not write {path}: it exists, and overwriting was not asked for")
    return OutputError(f"could not write {path}: {error.strerror or error}")


def _one_based(result: TrackResult) -> Box:
    x, y, w, h = result.box
    return (x + 1, y + 1, w, h)


def _decimals(box: Box) -> str:
    return ",".join(f"{value:.4f}" for value in box)
