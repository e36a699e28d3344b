"""Read your own sequences: a folder of pictures with one text file of boxes.

The pictures are in ``<name>/img/`` or in ``<name>/`` itself, ordered by the number in their names,
one per row of the file of boxes. The rows are ``x, y, w, h``; the name of the file says where
pixels are counted from: ``groundtruth_rect.txt`` from 1, as in OTB, ``groundtruth.txt`` from 0, as
in the rest of this project.
"""

from collections.abc import Iterable
from pathlib import Path

from tracker.datasets.numbered import all_pictures
from tracker.datasets.sequence import Sequence, choose
from tracker.errors import DatasetError
from tracker.formats.otb import read_boxes

_FIRST_PIXEL = {"groundtruth_rect.txt": 1, "groundtruth.txt": 0}


def load_folder(root: str | Path, names: Iterable[str] | None = None) -> list[Sequence]:
    """Read one folder as a sequence, or each folder in it that has boxes, ordered by name.

    Args:
        root: a sequence, or a folder of sequences.
        names: only these sequences.

    Raises:
        DatasetError: there are no boxes or both files of boxes, a file cannot be read, or there
            are not as many pictures as boxes.
    """
    root = Path(root).absolute()
    if not root.is_dir():
        raise DatasetError(f"no folder {root}")
    folders = (
        [root] if _truths_in(root) else sorted(path for path in root.iterdir() if path.is_dir())
    )
    by_name = {folder.name: folder for folder in folders if _truths_in(folder)}
    if not by_name:
        raise DatasetError(f"no {' or '.join(_FIRST_PIXEL)} in {root} or the folders in it")
    return [_load(by_name[name]) for name in choose(by_name, names, root)]


def _truths_in(folder: Path) -> list[Path]:
    """Return the files of boxes in a folder."""
    return [folder / name for name in _FIRST_PIXEL if (folder / name).is_file()]


def _load(folder: Path) -> Sequence:
    """Read one folder as a sequence."""
    truths = _truths_in(folder)
    if len(truths) > 1:
        raise DatasetError(f"{folder}: expected {' or '.join(_FIRST_PIXEL)}; got both")
    boxes = read_boxes(truths[0], _FIRST_PIXEL[truths[0].name])
    inside = folder / "img"
    pictures = all_pictures(inside if inside.is_dir() else folder, len(boxes), truths[0])
    return Sequence(folder.name, pictures, boxes)
