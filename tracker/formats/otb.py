"""OTB text files: ``x,y,w,h`` per frame, pixels counted from 1, one object per file."""

from tracker.errors import OutputError
from tracker.formats.lines import LineWriter, decimals, one_based
from tracker.result import TrackResult


class OtbWriter(LineWriter):
    """An OTB result file: ``x,y,w,h`` per frame, x and y counted from 1; one object per file.

    Raises:
        OutputError: also when results of a second object are written.
    """

    _id: int | None = None

    def line(self, result: TrackResult) -> str:
        if self._id not in (None, result.id):
            raise OutputError(
                f"could not write {self._path}: an OTB file holds one object; "
                f"got objects {self._id} and {result.id}"
            )
        self._id = result.id
        return decimals(one_based(result))
