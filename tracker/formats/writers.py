"""Open a result file by the name of its format."""

from typing import Literal

from tracker.formats.csv import CsvWriter
from tracker.formats.json import JsonWriter
from tracker.formats.lines import LineWriter, PathLike, ResultWriter
from tracker.formats.mot import MotWriter
from tracker.formats.otb import OtbWriter

ResultFormat = Literal["csv", "json", "otb", "mot"]

_LINE_WRITERS: dict[str, type[LineWriter]] = {"csv": CsvWriter, "otb": OtbWriter, "mot": MotWriter}


def open_writer(
    kind: ResultFormat,
    path: PathLike,
    *,
    overwrite: bool = False,
    source: str = "",
    model: str = "",
) -> ResultWriter:
    """Open a result file for writing.

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
    if kind not in _LINE_WRITERS:
        raise ValueError(f"expected csv, json, otb or mot; got {kind!r}")
    return _LINE_WRITERS[kind](path, overwrite=overwrite)
