"""Results as one JSON object: written beside its target and put in place at the end."""

import json
import os
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Self

from tracker.formats.lines import PathLike, create_file, output_error, part_of
from tracker.result import TrackResult


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
            raise output_error(self._path, FileExistsError())
        self._file = create_file(self._part, overwrite)
        self._between = "\n"
        head = json.dumps({"source": source, "model": model})
        try:
            self._file.write(f'{head[:-1]}, "results": [')
        except OSError as error:
            self._file.close()
            self._part.unlink()
            raise output_error(self._path, error) from error
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
        raise output_error(self._path, error) from error
