"""Read the text files of data sets: boxes, flags and lists of names.

Every reader says in its error which line of which file is wrong and what was expected there.
"""

import math
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.errors import DatasetError

_MEANING = {2: "seconds, frames", 4: "x, y, w, h", 8: "x1, y1 to x4, y4"}


def read_rows(path: Path, columns: Collection[int] = (4,)) -> NDArray[np.float64]:
    """Read one row of numbers per line.

    The first line decides how many numbers each line has and whether they are separated by
    commas or by tabs and spaces; a line that is different was torn or edited, and is an error.

    Args:
        path: the file; empty lines at its end do not count.
        columns: the numbers of columns that are allowed.

    Returns:
        ``(N, columns)``, as in the file; N is at least 1. A row may be NaN as a whole.

    Raises:
        DatasetError: the file cannot be read or is empty, or a line is not such a row.
    """
    lines = _read_lines(path)
    comma = "," if "," in lines[0] else None
    count = len(lines[0].split(comma))
    expected = [count] if count in columns else sorted(columns)
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            row = [float(text) for text in line.split(comma)]
        except ValueError:
            row = []
        if len(row) not in expected or not _is_known_or_nan(row):
            raise DatasetError(
                f"{path}, line {number}: expected {_show(expected, comma)}; got {line!r}"
            )
        rows.append(row)
    return np.array(rows)


def read_boxes(path: Path, first_pixel: int = 0) -> NDArray[np.float64]:
    """Read boxes ``x, y, w, h``, one per line, as ``(N, 4)`` counted from 0.

    Args:
        path: the file, see ``read_rows``.
        first_pixel: the number of the first pixel in the file, 0 or 1.
    """
    return read_rows(path) - (first_pixel, first_pixel, 0, 0)


def read_flags(path: Path, rows: int) -> NDArray[np.int64]:
    """Read ``rows`` whole numbers, separated by line breaks, commas or blanks.

    Raises:
        DatasetError: the file cannot be read, has another number of flags, or something else.
    """
    flags = []
    for number, line in enumerate(_read_lines(path), start=1):
        try:
            flags += [int(text) for text in line.replace(",", " ").split()]
        except ValueError as error:
            raise DatasetError(
                f"{path}, line {number}: expected whole numbers; got {line[:80]!r}"
            ) from error
    if len(flags) != rows:
        raise DatasetError(
            f"{path}: expected {rows} flags, one per row of the ground truth; got {len(flags)}"
        )
    return np.array(flags)


def read_names(path: Path) -> list[str]:
    """Read a list of names, one per line, without empty lines.

    Raises:
        DatasetError: the file cannot be read or is empty.
    """
    return [line.strip() for line in _read_lines(path) if line.strip()]


def _read_lines(path: Path) -> list[str]:
    """The lines of a file without the empty ones at its end; at least one."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"cannot read {path}: it is not a text file") from error
    if not text.strip():
        raise DatasetError(f"{path} is empty")
    return text.rstrip().split("\n")


def _is_known_or_nan(row: list[float]) -> bool:
    return all(map(math.isfinite, row)) or all(map(math.isnan, row))


def _show(columns: list[int], comma: str | None) -> str:
    counts = " or ".join(f"{count} numbers {_MEANING[count]}" for count in columns)
    return f"{counts}, separated by {'commas' if comma else 'blanks'}"
