"""Read UAV123: ``anno/UAV123/<name>.txt`` and ``data_seq/UAV123/<folder>/000001.jpg ...``.

Boxes are ``x,y,w,h``, taken as 1-based because the benchmark's toolkit is OTB's; a row of NaN is
a frame without the object. Some sequences, such as ``car6_3``, are a part of a longer video: the
table in `tracker.datasets.tables` has their frames. Every other one has a folder of its own with
one picture per row.
"""

from collections.abc import Iterable
from pathlib import Path

from tracker.datasets.numbered import all_pictures, picture_range
from tracker.datasets.sequence import Sequence, choose
from tracker.datasets.tables import uav_parts
from tracker.errors import DatasetError
from tracker.formats.otb import read_boxes


def load_uav(root: str | Path, names: Iterable[str] | None = None) -> list[Sequence]:
    """Read the UAV123 sequences that have an annotation file, in the order of their names.

    Args:
        root: the folder that has ``anno`` and ``data_seq``.
        names: only these sequences.

    Raises:
        DatasetError: a file is missing or cannot be read, or the pictures do not fit the rows.
    """
    root = Path(root)
    annotations = root / "anno" / "UAV123"
    available = sorted(path.stem for path in annotations.glob("*.txt"))
    return [_load(root, name) for name in choose(available, names, annotations)]


def _load(root: Path, name: str) -> Sequence:
    """Read one sequence, checked against the table if it is a part of a video."""
    truth = root / "anno" / "UAV123" / f"{name}.txt"
    videos = root / "data_seq" / "UAV123"
    boxes = read_boxes(truth, first_pixel=1)
    part = uav_parts().get(name)
    if part is None:
        return Sequence(name, all_pictures(videos / name, len(boxes), truth), boxes)
    if len(boxes) != part.rows:
        raise DatasetError(
            f"{truth}: expected {part.rows} rows, for frames {part.first_frame} to "
            f"{part.last_frame} of {part.folder}; got {len(boxes)}"
        )
    pictures = picture_range(videos / part.folder, part.first_frame, part.last_frame)
    return Sequence(name, pictures, boxes)
