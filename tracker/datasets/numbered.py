"""Find the pictures of a sequence by the frame number in their names.

``0001.jpg``, ``00001.png`` and ``frame_1.jpeg`` are all frame 1: how many digits a data set
writes and in which format it stores its pictures makes no difference.
"""

import re
from pathlib import Path

from tracker.errors import DatasetError, SourceError
from tracker.video.pictures import images_in


def numbered_pictures(folder: Path) -> dict[int, Path]:
    """The pictures directly in ``folder`` by their frame numbers, in order.

    Returns:
        An empty dictionary where the folder does not exist.

    Raises:
        DatasetError: a picture without a number, two with the same number, or a folder that
            cannot be read.
    """
    if not folder.is_dir():
        return {}
    try:
        paths = sorted(images_in(folder))
    except SourceError as error:
        raise DatasetError(str(error)) from error
    pictures: dict[int, Path] = {}
    for path in paths:
        digits = re.findall(r"\d+", path.stem)
        if not digits:
            raise DatasetError(f"{path}: expected a frame number in the name of the picture")
        number = int(digits[-1])
        if number in pictures:
            raise DatasetError(
                f"{path}: there is a picture of frame {number} already, {pictures[number].name}"
            )
        pictures[number] = path
    return dict(sorted(pictures.items()))


def all_pictures(folder: Path, rows: int, truth: Path) -> tuple[Path, ...]:
    """The pictures in ``folder``, which must be as many as the ground truth has rows, or none.

    Raises:
        DatasetError: another number of pictures, or see ``numbered_pictures``.
    """
    pictures = tuple(numbered_pictures(folder).values())
    if pictures and len(pictures) != rows:
        raise DatasetError(
            f"{truth} has {rows} rows, but {folder} has {len(pictures)} pictures; "
            f"expected one picture per row"
        )
    return pictures


def picture_range(folder: Path, first: int, last: int) -> tuple[Path, ...]:
    """The pictures of frames ``first`` to ``last`` in ``folder``, or none where it has none.

    Raises:
        DatasetError: one of them is missing, or see ``numbered_pictures``.
    """
    pictures = numbered_pictures(folder)
    missing = [number for number in range(first, last + 1) if number not in pictures]
    if pictures and missing:
        raise DatasetError(
            f"{folder}: expected pictures of frames {first} to {last}; "
            f"{len(missing)} are missing, the first is frame {missing[0]}"
        )
    return tuple(pictures[number] for number in range(first, last + 1)) if pictures else ()
