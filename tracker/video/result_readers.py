"""Read result files back: our CSV, and boxes from OTB result files."""

import math
import os
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.errors import DatasetError, SourceError
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


def read_otb_boxes(path: PathLike) -> NDArray[np.float64]:
    """Read the boxes of an OTB result or ground-truth file.

    Args:
        path: a text file with ``x y w h`` per line, x and y counted from 1, separated by commas,
            tabs or spaces. ``NaN`` stands for a box that is not known.

    Returns:
        Boxes ``(N, 4)`` ``(x, y, w, h)`` in pixels, 0-based.

    Raises:
        DatasetError: the file cannot be read or a line is not four numbers.
    """
    lines = _read_lines(path, DatasetError)
    while lines and not lines[-1].strip():
        lines.pop()
    boxes = np.empty((len(lines), 4))
    for number, line in enumerate(lines, start=1):
        try:
            x, y, w, h = (float(field) for field in re.split(r"\s*,\s*|\s+", line.strip()))
            boxes[number - 1] = x, y, w, h
        except ValueError as error:
            raise DatasetError(
                f"{path}, line {number}: expected four numbers x, y, w, h; got {line!r}"
            ) from error
    return boxes - (1, 1, 0, 0)


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
