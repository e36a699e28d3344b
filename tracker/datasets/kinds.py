"""Open a data set by the name of its kind."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import MappingProxyType

from tracker.datasets.folder import load_folder
from tracker.datasets.got10k import load_got10k
from tracker.datasets.lasot import load_lasot
from tracker.datasets.otb import load_otb
from tracker.datasets.sequence import Sequence
from tracker.datasets.uav import load_uav
from tracker.datasets.vot import load_vot
from tracker.errors import DatasetError

KINDS: MappingProxyType[str, Callable[..., list[Sequence]]] = MappingProxyType(
    {
        "otb": load_otb,
        "otb2013": partial(load_otb, subset="otb2013"),
        "otb100": partial(load_otb, subset="otb100"),
        "tb50": partial(load_otb, subset="tb50"),
        "vot": load_vot,
        "got10k": load_got10k,
        "uav": load_uav,
        "lasot": load_lasot,
        "folder": load_folder,
    }
)
"""The kinds of data sets and their readers; ``otb`` reads whichever OTB-100 sequences are there."""


def open_dataset(
    kind: str, root: str | Path, sequences: Iterable[str] | None = None
) -> list[Sequence]:
    """Read the sequences of a data set; pictures are listed, and decoded only when requested.

    Args:
        kind: one of ``KINDS``.
        root: the folder of the data set, laid out as the reader of its kind describes.
        sequences: only these, by name; None reads all.

    Raises:
        DatasetError: the kind is unknown, the folder or a sequence does not exist, or a file is
            missing, malformed or does not fit the others.
    """
    if kind not in KINDS:
        raise DatasetError(f"expected a data set of kind {', '.join(KINDS)}; got {kind!r}")
    if not Path(root).is_dir():
        raise DatasetError(f"no folder {root}")
    return KINDS[kind](root, names=sequences)
