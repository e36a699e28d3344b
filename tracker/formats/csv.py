"""The project's own table of results: ``frame,time_s,id,x,y,w,h,score,state``."""

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from tracker.errors import SourceError
from tracker.formats.lines import LineWriter, PathLike, format_box, output_error, partial_path
from tracker.formats.text import read_text
from tracker.output_file import lock
from tracker.result import STATES, State, TrackResult

CSV_HEADER = "frame,time_s,id,x,y,w,h,score,state"


class CsvWriter(LineWriter):
    """Writes a CSV file with one row per object and frame; boxes are 0-based pixels."""

    header = CSV_HEADER

    @classmethod
    def resumed(cls, path: PathLike, results: Iterable[TrackResult]) -> Self:
        """Reopen an existing file: keep ``results``, drop all rows after them, append from there.

        The kept rows are written to ``<path>.part``, which then replaces the file in one step, so
        that a fault on the way loses no row.

        Raises:
            OutputError: the file cannot be read or replaced, or a live run is writing it.
        """
        partial = partial_path(path)
        try:
            with open(path, "rb") as earlier:
                lock(earlier.fileno())  # fails if the earlier run is still alive and writing
                writer = cls(partial, overwrite=True)
                try:
                    for result in results:
                        writer.write(result)
                    os.replace(partial, path)
                except BaseException:
                    writer.close()
                    partial.unlink(missing_ok=True)
                    raise
        except OSError as error:
            raise output_error(Path(path), error) from error
        writer._path = Path(path)
        return writer

    def line(self, result: TrackResult) -> str:
        """Format a result as a row of the table."""
        return csv_line(result)


def csv_line(result: TrackResult) -> str:
    """Format a result as a row under ``CSV_HEADER``, without a line break."""
    time_s = "" if result.time_s is None else f"{result.time_s:.6f}"
    box = format_box(result.box)
    return f"{result.frame},{time_s},{result.id},{box},{result.score:.4f},{result.state}"


def read_csv(path: PathLike) -> list[TrackResult]:
    """Read the results in a file written by ``CsvWriter``.

    A last line that has no line break and cannot be read was cut off when its writer was killed:
    it is left out.

    Raises:
        SourceError: the file cannot be read, or another line is not a result.
    """
    lines = read_text(path, SourceError).split("\n")
    torn = lines.pop()  # the text after the last line break: empty in a complete file
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


def _parse_row(line: str) -> TrackResult:
    """Parse a row of the table.

    Raises:
        ValueError: another number of columns, no number where one belongs, or an unknown state.
    """
    frame, time_s, id_, *numbers, state = line.rstrip("\r").split(",")
    x, y, w, h, score = (float(number) for number in numbers)
    seconds = float(time_s) if time_s else None
    if not all(map(math.isfinite, (x, y, w, h, score, seconds or 0.0))):
        raise ValueError("expected finite numbers")
    return TrackResult(int(frame), seconds, int(id_), (x, y, w, h), score, _parse_state(state))


def _parse_state(text: str) -> State:
    """Return the state of this name.

    Raises:
        ValueError: there is none.
    """
    for state in STATES:
        if state == text:
            return state
    raise ValueError(f"expected one of {', '.join(STATES)}; got {text!r}")
