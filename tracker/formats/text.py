"""Read plain text files of data sets: rows of numbers, flags and lists of names.

Each error names the file and the line that is wrong, and what was expected there.
"""

import math
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.errors import DatasetError, TrackerError
from tracker.formats.lines import PathLike

# What the numbers of a row are, by how many there are: for messages.
_MEANING = {2: "seconds, frames", 4: "x, y, w, h", 8: "x1, y1 to x4, y4"}


def read_rows(path: Path, columns: Collection[int] = (4,)) -> NDArray[np.float64]:
    """Read one row of numbers per line.

    The first line sets how many numbers each line has and whether they are separated by commas or
    by tabs and spaces; a line that differs was cut off or edited, and is an error.

    Args:
        path: the file; empty lines at its end are ignored.
        columns: the allowed numbers of columns.

    Returns:
        ``(N, columns)``, as in the file; N is at least 1. A row is either finite or all NaN.

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


def read_flags(path: Path, rows: int) -> NDArray[np.int64]:
    """Read ``rows`` whole numbers, separated by line breaks, commas or blanks.

    Raises:
        DatasetError: the file cannot be read, has another number of flags, or holds something
            other than whole numbers.
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


def read_text(path: PathLike, error_type: type[TrackerError]) -> str:
    """Read a UTF-8 text file.

    Raises:
        error_type: the file cannot be read or is not text.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")  # without a byte order mark
    except OSError as error:
        raise error_type(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise error_type(f"cannot read {path}: it is not a text file") from error


def _read_lines(path: Path) -> list[str]:
    """Read the lines of a file, at least one, without the empty ones at its end."""
    text = read_text(path, DatasetError)
    if not text.strip():
        raise DatasetError(f"{path} is empty")
    return text.rstrip().split("\n")


def _is_known_or_nan(row: list[float]) -> bool:
    """Return whether the numbers are all finite or all NaN."""
    return all(map(math.isfinite, row)) or all(map(math.isnan, row))


def _show(columns: list[int], comma: str | None) -> str:
    """Describe the expected row for a message."""
    counts = " or ".join(f"{count} numbers {_MEANING[count]}" for count in columns)
    return f"{counts}, separated by {'commas' if comma else 'blanks'}"
