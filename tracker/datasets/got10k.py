"""Read one subset of GOT-10k: ``train``, ``val`` or ``test``.

``list.txt`` names the sequences. Each has its pictures, ``groundtruth.txt`` with ``x,y,w,h`` per
line (1-based, as its authors say), ``absence.label`` (1 where the object is absent) and
``cover.label`` (how much of the object is visible, from 0, nothing, to 8, all of it). In the test
subset only the first box is public: the other rows are NaN here and cannot be scored.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tracker.datasets.numbered import all_pictures, numbered_pictures
from tracker.datasets.sequence import Sequence, choose
from tracker.errors import DatasetError
from tracker.formats.otb import read_boxes
from tracker.formats.text import read_flags, read_names


def load_got10k(root: str | Path, names: Iterable[str] | None = None) -> list[Sequence]:
    """Read the sequences of one subset in the order of ``list.txt``.

    The object counts as visible where ``cover`` is over 0 and ``absence`` is 0. The benchmark
    scores the frames where ``cover`` is over 0.

    Args:
        root: the folder of the subset, with ``list.txt``.
        names: only these sequences.

    Raises:
        DatasetError: a file is missing or cannot be read, or the numbers of rows, flags and
            pictures differ.
    """
    root = Path(root)
    listing = root / "list.txt"
    if not listing.is_file():
        raise DatasetError(f"no file {listing}: expected the folder of one subset of GOT-10k")
    return [_load(root / name) for name in choose(read_names(listing), names, root)]


def _load(folder: Path) -> Sequence:
    """Read one sequence."""
    truth = folder / "groundtruth.txt"
    boxes = read_boxes(truth, first_pixel=1)
    if len(boxes) == 1 and not (folder / "cover.label").exists():  # the test subset
        pictures = tuple(numbered_pictures(folder).values())
        hidden = np.full((max(0, len(pictures) - 1), 4), np.nan)
        return Sequence(folder.name, pictures, np.concatenate([boxes, hidden]))
    cover = read_flags(folder / "cover.label", len(boxes))
    absence = read_flags(folder / "absence.label", len(boxes))
    pictures = all_pictures(folder, len(boxes), truth)
    return Sequence(folder.name, pictures, boxes, (cover > 0) & (absence == 0))
