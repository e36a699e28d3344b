"""Read OTB-2013, TB-50 and OTB-100, from an OTB tree or from ground-truth files alone.

A tree is ``<Sequence>/img/0001.jpg ...`` with ``<Sequence>/groundtruth_rect.txt``, or with
``groundtruth_rect.1.txt`` and ``.2.txt`` for the two targets of Jogging and Skating2; of Human4
only the second target belongs to the benchmark. A flat folder holds ``<Target>.txt``, without
pictures. Boxes are 1-based in these files. Either may hold any part of the benchmark.

Facts that the files do not state, with their sources, are in `tracker.datasets.tables`.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from tracker.datasets.numbered import all_pictures, picture_range
from tracker.datasets.sequence import Sequence, choose, shorten
from tracker.datasets.tables import OtbTarget, otb_targets
from tracker.errors import DatasetError
from tracker.formats.otb import read_boxes

Subset = Literal["all", "otb100", "otb2013", "tb50"]
"""A published subset, or all that is found."""

SUBSETS = MappingProxyType({"otb100": "OTB-100", "otb2013": "OTB-2013", "tb50": "TB-50"})
"""Titles of the published subsets; TB-50 and OTB-2013 are different."""

_TRUTH = "groundtruth_rect"


class _TargetFiles(NamedTuple):
    """Where a target's ground truth is, and its folder of pictures; None in a flat folder."""

    truth: Path
    pictures: Path | None


def load_otb(
    root: str | Path, subset: Subset = "all", names: Iterable[str] | None = None
) -> list[Sequence]:
    """Read OTB sequences, one per target.

    Args:
        root: an OTB tree or a flat folder of ground-truth files.
        subset: ``"otb100"`` (100 targets), ``"otb2013"`` (51) or ``"tb50"`` (50). All targets of a
            subset must be there, since its scores are compared with published ones, except those
            that ``names`` leaves out. ``"all"`` reads whatever is found, OTB's targets first and
            then other sequences.
        names: only these targets, in any spelling (see ``canonical_name``).

    Returns:
        The sequences in the order of the benchmark.

    Raises:
        DatasetError: targets are missing, a file cannot be read, or the ground truth or the
            pictures are not of exactly the frames that the benchmark uses.
    """
    if subset != "all" and subset not in SUBSETS:
        raise DatasetError(f"expected the subset all, {', '.join(SUBSETS)}; got {subset!r}")
    root = Path(root)
    found = _find(root)
    members = [
        target.name
        for target in otb_targets().values()
        if subset in ("all", "otb100", *target.subsets)
    ]
    if names is not None:
        names = [_canonical_or_same(name) for name in names]
    if subset == "all":
        known = [name for name in members if name in found]
        wanted = choose([*known, *sorted(found.keys() - set(members))], names, root)
    else:
        wanted = choose(members, names, SUBSETS[subset])
        missing = [name for name in wanted if name not in found]
        if missing:
            raise DatasetError(
                f"{root}: {len(missing)} of {len(wanted)} targets of {SUBSETS[subset]} are "
                f"missing: {shorten(missing)}"
            )
    return [_load(name, found[name]) for name in wanted]


def canonical_name(name: str) -> str:
    """Return the name of an OTB-100 target, as this project spells it, from any spelling in use.

    ``Jogging.1``, ``Jogging_1`` and ``jogging-1`` are ``Jogging-1``; ``faceocc1`` is
    ``FaceOcc1``; ``Human4`` is ``Human4-2``.

    Raises:
        DatasetError: no target of OTB-100 has this name, or it is a sequence with two targets.
    """
    targets = _targets_named(name)
    if not targets:
        raise DatasetError(f"expected the name of an OTB-100 target; got {name!r}")
    if len(targets) > 1:
        both = " or ".join(target.name for target in targets)
        raise DatasetError(f"{name} has two targets: expected {both}")
    return targets[0].name


def _canonical_or_same(name: str) -> str:
    """Return the canonical name of an OTB-100 target, and any other name unchanged."""
    return canonical_name(name) if _targets_named(name) else name


def _targets_named(name: str) -> list[OtbTarget]:
    """Return the target of that name, or all targets of the sequence of that name."""
    return _targets_by_key().get(_key(name), [])


@cache
def _targets_by_key() -> dict[str, list[OtbTarget]]:
    """Return the targets by the keys of their own name and of their sequence's."""
    targets: dict[str, list[OtbTarget]] = {}
    for target in otb_targets().values():
        for key in {_key(target.name), _key(target.folder)}:
            targets.setdefault(key, []).append(target)
    return targets


def _key(name: str) -> str:
    """Reduce a name to lower-case letters and digits, which differ between any two targets."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _find(root: Path) -> dict[str, _TargetFiles]:
    """Find the files of every target below ``root``, by its name."""
    if not root.is_dir():
        raise DatasetError(f"no folder {root}")
    found: dict[str, _TargetFiles] = {}
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        for name, truth in _truths_in(folder):
            _add(found, name, _TargetFiles(truth, folder / "img"))
    if not found:
        for truth in sorted(root.glob("*.txt")):
            _add(found, _canonical_or_same(truth.stem), _TargetFiles(truth, None))
    return found


def _add(found: dict[str, _TargetFiles], name: str, files: _TargetFiles) -> None:
    """Add a target to those found; raise `DatasetError` if it was found before."""
    if name in found:
        raise DatasetError(
            f"{files.truth}: the ground truth of {name} is also in {found[name].truth}"
        )
    found[name] = files


def _truths_in(folder: Path) -> list[tuple[str, Path]]:
    """Return names and ground-truth files of the targets in one folder of a tree."""
    plain = folder / f"{_TRUTH}.txt"
    targets = _targets_named(folder.name)
    if not targets:
        return [(folder.name, plain)] if plain.is_file() else []
    truths = []
    for target in targets:
        truth = folder / f"{_TRUTH}.{target.number}.txt" if target.number else plain
        # Some copies have a folder, and in it a plain file, for each target.
        use_plain = len(targets) == 1 and not truth.is_file() and plain.is_file()
        truths.append((target.name, plain if use_plain else truth))
    return truths


def _load(name: str, files: _TargetFiles) -> Sequence:
    """Read one target, checked against the table if it belongs to OTB-100."""
    truth, folder = files
    boxes = read_boxes(truth, first_pixel=1)
    target = otb_targets().get(name)
    if target is None:
        return Sequence(name, all_pictures(folder, len(boxes), truth) if folder else (), boxes)
    if len(boxes) != target.rows:
        raise DatasetError(
            f"{truth}: expected {target.rows} rows, for frames {target.first_frame} to "
            f"{target.last_frame} of {name}; got {len(boxes)}"
        )
    first, last = target.first_frame, target.last_frame
    return Sequence(
        name,
        picture_range(folder, first, last) if folder else (),
        boxes,
        attributes=target.attributes,
        aliases=target.aliases,
        skipped=target.skipped,
    )
