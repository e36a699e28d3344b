"""The project's own table of results: ``frame,time_s,id,x,y,w,h,score,state``."""

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from tracker.errors import SourceError
from tracker.formats.lines import LineWriter, PathLike, decimals, output_error, part_of
from tracker.output_file import lock
from tracker.result import STATES, TrackResult

CSV_HEADER = "frame,time_s,id,x,y,w,h,score,state"


class CsvWriter(LineWriter):
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
            raise output_error(Path(path), error) from error
        writer._path = Path(path)
        return writer

    def line(self, result: TrackResult) -> str:
        return csv_line(result)


def csv_line(result: TrackResult) -> str:
    """One result as a row under ``CSV_HEADER``, without a line break."""
    time_s = "" if result.time_s is None else f"{result.time_s:.6f}"
    box = decimals(result.box)
    return f"{result.frame},{time_s},{result.id},{box},{result.score:.4f},{result.state}"


def read_csv(path: PathLike) -> list[TrackResult]:
    """Read results written by ``CsvWriter``.

    A last line without its line break that cannot be read was torn when the writer was killed,
    and is left out.

    Raises:
        SourceError: the file cannot be read, or another line is not a result.
    """
    lines = _read_lines(path, SourceError)
    torn = lines.pop()  # what follows the last line break: nothing, unless the line is torn
    if not lines and CSV_HEADER.startswith(torn):
        return []
    if lines and lines[0].strip() != CSV_HEADER:
        raise SourceError(f"{path}, line 1: expected the header {CSV_HEADER}; got {lines[0]!r}")
    results = []
    for number, line in enumerate([*lines, torn][1:], start=2):
        try:
            results.append(_parse_row(line))
        except ValueError as error:
            if number <= len(lines):
                raise SourceError(f"{path}, line {number}: not a result: {line!r}") from error
    return results


def _read_lines(path: PathLike, error_type: type[Exception]) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise error_type(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise error_type(f"cannot read {path}: it is not a text file") from error


def _parse_row(line: str) -> TrackResult:
    frame, time_s, id_, x, y, w, h, score, state = line.rstrip("\r").split(",")
    values = [float(value) for value in (x, y, w, h, score)]
    seconds = float(time_s) if time_s else None
    if not all(map(math.isfinite, [*values, seconds or 0.0])) or state not in STATES:
        raise ValueError("a number is not finite, or the state is unknown")
    *box, score = values
    return TrackResult(int(frame), seconds, int(id_), tuple(box), score, state)
