"""Results as one JSON object: written beside its target and put in place at the end."""

import json
import os
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Self

from tracker.formats.lines import PathLike, create_file, output_error, partial_path
from tracker.result import TrackResult


class JsonWriter:
    """Writes one JSON object, ``{"source", "model", "results": [...]}``, with a line per result.

    The text goes to ``<path>.part``, which replaces the target on ``close``. When the disk is
    full, the results written so far are completed to valid JSON and put in place.

    Args:
        path: the file to make.
        overwrite: replace an existing file instead of refusing.
        source: name of the source.
        model: name of the model.

    Raises:
        OutputError: the file exists or cannot be written; also from ``write`` and ``close``.
    """

    def __init__(
        self, path: PathLike, *, overwrite: bool = False, source: str = "", model: str = ""
    ) -> None:
        self._path = Path(path)
        self._partial = partial_path(self._path)
        if self._path.exists() and not overwrite:
            raise output_error(self._path, FileExistsError())
        self._file = create_file(self._partial, overwrite)
        self._separator = "\n"
        head = json.dumps({"source": source, "model": model})
        try:
            self._file.write(f'{head[:-1]}, "results": [')
        except OSError as error:
            self._file.close()
            self._partial.unlink()
            raise output_error(self._path, error) from error
        # Sizes at which the file can be cut and closed as valid JSON: after the last two writes.
        self._cut_points = deque([self._file.size], maxlen=2)

    def write(self, result: TrackResult) -> None:
        """Append a result."""
        row = {
            "frame": result.frame,
            "time_s": None if result.time_s is None else round(result.time_s, 6),
            "id": result.id,
            "box": [round(side, 4) for side in result.box],
            "score": round(result.score, 4),
            "state": result.state,
        }
        try:
            self._file.write(f"{self._separator}{json.dumps(row)}")
        except OSError as error:
            self._rescue(error)
        self._separator = ",\n"
        self._cut_points.append(self._file.size)

    def close(self) -> None:
        """Complete the object and put it in place of the target; may be called twice."""
        if self._file.closed:
            return
        try:
            self._finish()
        except OSError as error:
            self._rescue(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _finish(self) -> None:
        """Write the closing brackets and replace the target."""
        self._file.write("\n]}\n")
        os.fsync(self._file.descriptor)
        os.replace(self._partial, self._path)
        self._file.close()

    def _rescue(self, error: OSError) -> NoReturn:
        """Put the results that fit in place and raise the error as an OutputError.

        If the closing brackets do not fit either, the last result is dropped to make room for them.
        """
        for size in reversed(self._cut_points):
            with suppress(OSError):
                self._file.cut(size)
                self._finish()
                break
        self._file.close()
        raise output_error(self._path, error) from error
