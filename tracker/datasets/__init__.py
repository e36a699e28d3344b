"""Benchmark sequences and the project's own sample clip.

``open_dataset`` reads a data set into a list of `Sequence`; each published layout has its own
module. The sample clip is in `tracker.datasets.synthetic`. Names load on first use.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "open_dataset": "kinds",
    "KINDS": "kinds",
    "Sequence": "sequence",
    "load_otb": "otb",
    "canonical_name": "otb",
    "OTB_ATTRIBUTES": "tables",
    "load_vot": "vot",
    "load_got10k": "got10k",
    "load_uav": "uav",
    "load_lasot": "lasot",
    "load_folder": "folder",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
