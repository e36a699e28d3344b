"""One sequence of a benchmark: its pictures and the object's box in each of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray

from tracker.errors import DatasetError
from tracker.frames import Frame
from tracker.video.pictures import read_image

# The default of Sequence.visible: never seen, because __post_init__ replaces it.
_FROM_BOXES = cast(NDArray[np.bool_], None)


@dataclass(frozen=True, eq=False)
class Sequence:
    """Pictures of one object with its box in each; row ``i`` of every array belongs to frame ``i``.

    Boxes are those of the file, converted to 0-based and otherwise unchanged, because each
    benchmark has its own rule for invalid boxes. OTB's rule is about the numbers in its 1-based
    files: ``(boxes + (1, 1, 0, 0) <= 0).any(axis=1)`` are its invalid rows.

    Attributes:
        name: the official name of the sequence, or of one of its two targets.
        frame_paths: one picture per row; empty where only the ground truth is available.
        boxes: ``(N, 4)`` float64 ``(x, y, w, h)`` in pixels, 0-based, read-only. A row of NaN
            where the object is absent or its box is not public.
        visible: ``(N,)`` bool, read-only: whether the object can be seen. By default where the box
            is known and has an area; data sets with flags of their own exclude further rows.
        attributes: short names of its difficulties, e.g. ``("IV", "OCC")``.
        aliases: other spellings in use, e.g. in the names of result files.
        skipped: rows at the start that the published protocol leaves out (5 for OTB's Tiger1);
            a result file with that many rows fewer begins after them.

    Raises:
        DatasetError: there are no rows, the boxes are not ``(N, 4)``, or the number of pictures or
            flags is not that of the boxes.
    """

    name: str
    frame_paths: tuple[Path, ...]
    boxes: NDArray[np.float64]
    visible: NDArray[np.bool_] = _FROM_BOXES
    attributes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = field(default=(), repr=False)
    skipped: int = 0

    def __post_init__(self) -> None:
        boxes = np.array(self.boxes, dtype=np.float64)
        if boxes.ndim != 2 or boxes.shape[1] != 4 or not len(boxes):
            raise DatasetError(f"{self.name}: expected boxes of shape (N, 4); got {boxes.shape}")
        visible = has_area(boxes) if self.visible is None else np.array(self.visible, dtype=bool)
        if visible.shape != (len(boxes),):
            raise DatasetError(
                f"{self.name}: expected {len(boxes)} flags for as many boxes; got {visible.shape}"
            )
        if self.frame_paths and len(self.frame_paths) != len(boxes):
            raise DatasetError(
                f"{self.name}: expected {len(boxes)} pictures for as many boxes; "
                f"got {len(self.frame_paths)}"
            )
        if not 0 <= self.skipped <= len(boxes):
            raise DatasetError(f"{self.name}: cannot skip {self.skipped} of {len(boxes)} rows")
        boxes.flags.writeable = visible.flags.writeable = False
        for name, value in (("boxes", boxes), ("visible", visible)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "frame_paths", tuple(self.frame_paths))

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def has_frames(self) -> bool:
        """Whether pictures are available, not only the ground truth."""
        return bool(self.frame_paths)

    def read_frame(self, index: int) -> Frame:
        """Read frame ``index``: ``uint8`` RGB ``(H, W, 3)``.

        Raises:
            DatasetError: no pictures are available.
            SourceError: the picture cannot be read.
        """
        if not self.has_frames:
            raise DatasetError(f"{self.name} has no pictures here, only its ground truth")
        return read_image(self.frame_paths[index])

    def frames(self) -> Iterator[Frame]:
        """Read all frames in order, one at a time; raises as ``read_frame`` does."""
        return (self.read_frame(index) for index in range(len(self)))

    def part(self, start: int, stop: int | None = None) -> Self:
        """Return rows ``start`` (from 0) up to but not including ``stop`` as a sequence of its own.

        ``part(sequence.skipped)`` has the rows that published results cover.
        """
        rows = slice(start, stop)
        boxes = self.boxes[rows]
        return replace(
            self,
            frame_paths=self.frame_paths[rows],
            boxes=boxes,
            visible=self.visible[rows],
            skipped=min(max(0, self.skipped - start), len(boxes)),
        )

    def is_named(self, name: str) -> bool:
        """Return whether ``name`` is the name or an alias of this sequence, ignoring case."""
        return name.casefold() in {own.casefold() for own in (self.name, *self.aliases)}


def has_area(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of the boxes ``(N, 4)`` are finite with a width and height over 0."""
    known: NDArray[np.bool_] = np.all(np.isfinite(boxes), axis=1)
    extended: NDArray[np.bool_] = np.all(boxes[:, 2:] > 0, axis=1)
    return known & extended


def choose(available: Iterable[str], wanted: Iterable[str] | None, where: object) -> list[str]:
    """Return the wanted names in the order of ``available``; all of them where ``wanted`` is None.

    Case is ignored and nothing else, since UAV123 has a ``car1_1`` and a ``car11``.

    Args:
        available: the names there are.
        wanted: the names to pick, in any order.
        where: where they were looked for, for the message.

    Raises:
        DatasetError: a wanted name is not available, or none is wanted or available.
    """
    available = list(available)
    if not available:
        raise DatasetError(f"no sequences found in {where}")
    if wanted is None:
        return available
    wanted = list(wanted)
    there = {name.casefold() for name in available}
    unknown = [name for name in wanted if name.casefold() not in there]
    if unknown or not wanted:
        raise DatasetError(
            f"no sequence {', '.join(unknown) or 'was asked for'} in {where}; "
            f"there are {shorten(available)}"
        )
    keys = {name.casefold() for name in wanted}
    return [name for name in available if name.casefold() in keys]


def shorten(names: list[str]) -> str:
    """Join the names for a message, at most eight of them."""
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more
