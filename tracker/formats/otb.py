"""OTB text files: ``x,y,w,h`` per frame, pixels counted from 1, one object per file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.boxes import Box
from tracker.errors import OutputError
from tracker.formats.lines import LineWriter, format_box, one_based
from tracker.formats.text import read_rows
from tracker.result import TrackResult


class OtbWriter(LineWriter):
    """Writes an OTB result file: ``x,y,w,h`` per frame, x and y counted from 1.

    Raises:
        OutputError: also when results of a second object are written: a file holds one object.
    """

    _id: int | None = None

    def line(self, result: TrackResult) -> str:
        """Format a result as a row of OTB.

        Raises:
            OutputError: it is of another object than the results before.
        """
        if self._id not in (None, result.id):
            raise OutputError(
                f"could not write {self._path}: an OTB file holds one object; "
                f"got objects {self._id} and {result.id}"
            )
        self._id = result.id
        return otb_line(result.box)


def otb_line(box: Box) -> str:
    """Format a 0-based box as ``x,y,w,h`` counted from 1, four decimals, without a line break."""
    return format_box(one_based(box))


def read_boxes(path: Path, first_pixel: int = 0) -> NDArray[np.float64]:
    """Read boxes ``x, y, w, h``, one per line; a row of four NaN is a missing box.

    Args:
        path: the file; see ``tracker.formats.text.read_rows`` for the separators.
        first_pixel: number of the first pixel in the file: 1 in OTB files, 0 in some others.

    Returns:
        ``(N, 4)``, 0-based; N is at least 1.

    Raises:
        DatasetError: the file cannot be read or is empty, or a line is not four numbers.
    """
    return read_rows(path) - (first_pixel, first_pixel, 0, 0)
