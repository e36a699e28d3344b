"""Facts about published data sets that their own files do not state, kept as tables.

``otb100.csv`` has the 100 targets of OTB-100: the numbers of the first and last annotated frame,
the rows that the published protocol skips, the subsets, and the attributes. Sources: Wu, Lim and
Yang, "Online Object Tracking: A Benchmark" (CVPR 2013) and "Object Tracking Benchmark" (PAMI
2015), and the sequence lists of their MATLAB toolkit. Image folders of David, Diving, Football1,
Freeman3 and Freeman4 hold more frames than are annotated; BlurCar1, BlurCar3 and BlurCar4 do not
begin at frame 1; in Tiger1 the target is hidden in the first five frames.

``uav123.csv`` has the UAV123 targets whose sequence is a part of a longer video: its folder and
the first and last frame. Sources: Mueller, Smith and Ghanem, "A Benchmark and Simulator for UAV
Tracking" (ECCV 2016), and the sequence list of its MATLAB toolkit.
"""

import csv
import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

OTB_ATTRIBUTES = MappingProxyType(
    {
        "IV": "illumination variation",
        "OPR": "out-of-plane rotation",
        "SV": "scale variation",
        "OCC": "occlusion",
        "DEF": "deformation",
        "MB": "motion blur",
        "FM": "fast motion",
        "IPR": "in-plane rotation",
        "OV": "out of view",
        "BC": "background clutter",
        "LR": "low resolution",
    }
)
"""Meanings of the short names of OTB's attributes."""


class OtbTarget(NamedTuple):
    """One target of OTB-100.

    Attributes:
        name: as this project spells it: ``Jogging-1``.
        first_frame, last_frame: the annotated frames, by the numbers of the picture files.
        skipped: rows at the start that the published protocol leaves out.
        subsets: ``"otb2013"``, ``"tb50"``: the subsets that it belongs to.
        attributes: keys of ``OTB_ATTRIBUTES``.
    """

    name: str
    first_frame: int
    last_frame: int
    skipped: int
    subsets: tuple[str, ...]
    attributes: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Folder of its sequence, which two targets may share: ``Jogging``."""
        return re.sub(r"-\d$", "", self.name)

    @property
    def number(self) -> str:
        """``"1"`` or ``"2"``: which target of its folder it is; empty where there is only one."""
        return self.name[len(self.folder) + 1 :]

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other spellings: ``Jogging_1``, ``Jogging.1``, ``Jogging1``; also ``Human4``."""
        if not self.number:
            return ()
        only = (self.folder,) if self.folder == "Human4" else ()
        return (*(f"{self.folder}{mark}{self.number}" for mark in ("_", ".", "")), *only)

    @property
    def rows(self) -> int:
        """Number of annotated frames."""
        return self.last_frame - self.first_frame + 1


class UavPart(NamedTuple):
    """A sequence of UAV123 that is a part of a longer video.

    Attributes:
        name: of the sequence.
        folder: where the pictures of the whole video are.
        first_frame, last_frame: the part, by the numbers of the picture files.
    """

    name: str
    folder: str
    first_frame: int
    last_frame: int

    @property
    def rows(self) -> int:
        """Number of annotated frames."""
        return self.last_frame - self.first_frame + 1


@cache
def otb_targets() -> MappingProxyType[str, OtbTarget]:
    """Return the 100 targets by name, in the order of the benchmark."""
    rows = _read("otb100.csv")
    return MappingProxyType(
        {
            name: OtbTarget(
                name, int(first), int(last), int(skipped), _words(subsets), _words(attributes)
            )
            for name, first, last, skipped, subsets, attributes in rows
        }
    )


@cache
def uav_parts() -> MappingProxyType[str, UavPart]:
    """Return the parts of longer videos by name."""
    rows = _read("uav123.csv")
    return MappingProxyType(
        {name: UavPart(name, folder, int(first), int(last)) for name, folder, first, last in rows}
    )


def _read(name: str) -> list[list[str]]:
    """Read the rows of a table in this package, without its header."""
    text = files("tracker.datasets").joinpath(name).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]


def _words(text: str) -> tuple[str, ...]:
    """Split the text of a cell into words."""
    return tuple(text.split())
