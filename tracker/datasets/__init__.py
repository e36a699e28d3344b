"""Benchmark sequences and the project's own sample clip.

``open_dataset`` reads a data set into a list of `Sequence`; each published layout has its own
module. The sample clip is in `tracker.synthetic.sample`. Names load on first use.
"""

from tracker.lazy import lazy_names

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
__getattr__, __dir__ = lazy_names(__name__, _HOME)
