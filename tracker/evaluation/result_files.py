"""Read and write the files that a benchmark keeps: boxes and times of every finished run.

``FOLDER/<tracker>/<run>.txt`` holds ``x,y,w,h`` per frame, counted from 1, as OTB result files do;
``FOLDER/<tracker>/times/<run>.txt`` holds the seconds spent and the number of frames. Each file
appears when it is complete, the boxes last, so that a run with a box file is finished.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.datasets.otb import canonical_name
from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError
from tracker.evaluation.files import write_atomically
from tracker.formats.otb import otb_line, read_boxes
from tracker.formats.text import read_rows

Array = NDArray[np.float64]


class RunTime(NamedTuple):
    """The seconds that a tracker spent on a run, and the number of frames."""

    seconds: float
    frames: int


class ResultFolder:
    """The results of one tracker; runs are named as in ``protocols.Run``.

    Args:
        folder: made when the first run is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, run: str) -> bool:
        """Return whether the run is finished."""
        return self._boxes(run).exists()

    def write(self, run: str, boxes: Iterable[Box], seconds: float) -> None:
        """Write the boxes and the time of a finished run.

        Raises:
            OutputError: the files cannot be written.
        """
        rows = [f"{otb_line(box)}\n" for box in boxes]
        write_atomically(self._times(run), f"{seconds:.6f},{len(rows)}\n")
        write_atomically(self._boxes(run), "".join(rows))

    def read(self, run: str) -> Array:
        """Read the boxes of a finished run, ``(N, 4)``, 0-based.

        Raises:
            DatasetError: the file cannot be read.
        """
        return read_boxes(self._boxes(run), first_pixel=1)

    def read_time(self, run: str) -> RunTime | None:
        """Read the time of a finished run; None if there is no file with it.

        Raises:
            DatasetError: the file cannot be read.
        """
        if not self._times(run).exists():
            return None
        ((seconds, frames),) = read_rows(self._times(run), columns=(2,))
        return RunTime(float(seconds), int(frames))

    def _boxes(self, run: str) -> Path:
        """Return the path of the file with the boxes."""
        return self.folder / f"{run}.txt"

    def _times(self, run: str) -> Path:
        """Return the path of the file with the time."""
        return self.folder / "times" / f"{run}.txt"


def find_results(folder: Path, sequence: Sequence) -> Path:
    """Find the result file of a sequence in a folder made elsewhere, under any of its spellings.

    Raises:
        DatasetError: there is no such file, or more than one.
    """
    found = [path for path in sorted(folder.glob("*.txt")) if _is_of(path.stem, sequence)]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise DatasetError(f"expected one result file for {sequence.name} in {folder}; got {names}")
    return found[0]


def _is_of(name: str, sequence: Sequence) -> bool:
    """Return whether a file name without its suffix names the sequence."""
    if sequence.is_named(name):
        return True
    try:
        return canonical_name(name) == sequence.name
    except DatasetError:
        return False
