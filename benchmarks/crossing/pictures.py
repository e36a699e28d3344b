"""Write contact sheets of crossings, with the true boxes."""

from pathlib import Path

from benchmarks.contact_sheet import tile, write_rows
from tracker.frames import Frame
from tracker.synthetic.composited import Crossing

AROUND = (-35, -18, -12, -6, 0, 6, 12, 18)  # frames relative to a meeting
FIRST, SECOND = (38, 208, 124), (255, 184, 28)


def write_sheet(crossing: Crossing, path: Path) -> None:
    """Write a row for each meeting; the first object has a green box, the second an amber one."""
    write_rows(
        [[_tile(crossing, meeting + offset) for offset in AROUND] for meeting in crossing.meetings],
        path,
    )


def _tile(crossing: Crossing, index: int) -> Frame:
    """Return frame ``index``, small, with both boxes."""
    marks = zip(crossing.boxes[:, index], (FIRST, SECOND), strict=True)
    return tile(crossing.paint(index), marks, f"{index}")
