"""Find the pictures of a sequence by the frame number in their names.

``0001.jpg``, ``00001.png`` and ``frame_1.jpeg`` are all frame 1, whatever the number of digits and
the format of the pictures.
"""

import re
from pathlib import Path

from tracker.errors import DatasetError, SourceError
from tracker.video.pictures import images_in


def numbered_pictures(folder: Path) -> dict[int, Path]:
    """Return the pictures directly in ``folder`` by frame number, in order.

    Returns:
        Paths by number; empty where the folder does not exist.

    Raises:
        DatasetError: a picture has no number, two have the same number, or the folder cannot be
            read.
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
    """Return the pictures in ``folder``: one per row of the ground truth, or none at all.

    Args:
        folder: where the pictures are.
        rows: how many rows the ground truth has.
        truth: the file of the ground truth, for the message.

    Raises:
        DatasetError: there are pictures, but not ``rows`` of them; or as ``numbered_pictures``.
    """
    pictures = tuple(numbered_pictures(folder).values())
    if pictures and len(pictures) != rows:
        raise DatasetError(
            f"{truth} has {rows} rows, but {folder} has {len(pictures)} pictures; "
            f"expected one picture per row"
        )
    return pictures


def picture_range(folder: Path, first: int, last: int) -> tuple[Path, ...]:
    """Return the pictures of frames ``first`` to ``last``; none if the folder has no pictures.

    Raises:
        DatasetError: one of these frames is missing; or as ``numbered_pictures``.
    """
    pictures = numbered_pictures(folder)
    missing = [number for number in range(first, last + 1) if number not in pictures]
    if pictures and missing:
        raise DatasetError(
            f"{folder}: expected pictures of frames {first} to {last}; "
            f"{len(missing)} are missing, the first is frame {missing[0]}"
        )
    return tuple(pictures[number] for number in range(first, last + 1)) if pictures else ()
