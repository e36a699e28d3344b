"""Read LaSOT: ``<class>/<class>-<n>/`` with ``img/00000001.jpg ...`` and ``groundtruth.txt``.

Boxes are ``x,y,w,h``, 1-based, as its authors say. ``full_occlusion.txt`` and ``out_of_view.txt``
hold one flag per frame, 1 where the object cannot be seen; boxes of such frames are meaningless.
"""

from collections.abc import Iterable
from pathlib import Path

from tracker.datasets.numbered import all_pictures
from tracker.datasets.sequence import Sequence, choose, has_area
from tracker.formats.otb import read_boxes
from tracker.formats.text import read_flags


def load_lasot(root: str | Path, names: Iterable[str] | None = None) -> list[Sequence]:
    """Read LaSOT sequences, ordered by class and number.

    The object is visible where neither flag is set and the box has an area.

    Args:
        root: the folder with the classes, or with the sequences themselves.
        names: only these sequences, e.g. ``airplane-1``.

    Raises:
        DatasetError: a file is missing or cannot be read, or the numbers of rows, flags and
            pictures differ.
    """
    root = Path(root)
    truths = [*root.glob("*/groundtruth.txt"), *root.glob("*/*/groundtruth.txt")]
    folders = {path.parent.name: path.parent for path in truths}
    available = sorted(folders, key=_class_and_number)
    return [_load(folders[name]) for name in choose(available, names, root)]


def _class_and_number(name: str) -> tuple[str, int]:
    """Return the sort key of a name: ``airplane-10`` comes after ``airplane-9``."""
    kind, _, number = name.rpartition("-")
    return (kind, int(number)) if number.isdecimal() else (name, 0)


def _load(folder: Path) -> Sequence:
    """Read one sequence."""
    truth = folder / "groundtruth.txt"
    boxes = read_boxes(truth, first_pixel=1)
    hidden = [
        read_flags(folder / f"{flag}.txt", len(boxes)) != 0
        for flag in ("full_occlusion", "out_of_view")
    ]
    pictures = all_pictures(folder / "img", len(boxes), truth)
    return Sequence(folder.name, pictures, boxes, has_area(boxes) & ~hidden[0] & ~hidden[1])
