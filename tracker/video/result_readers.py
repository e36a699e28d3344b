"""Read result files back: our CSV, and boxes from OTB result files."""

import math
import os
from pathlib import Path

from tracker.errors import SourceError
from tracker.result import STATES, TrackResult

CSV_HEADER = "frame,time_s,id,x,y,w,h,score,state"

PathLike = str | os.PathLike[str]


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
