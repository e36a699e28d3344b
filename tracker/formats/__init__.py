"""Boxes and results as text files: each format is written and read in the module of its name."""

from tracker.lazy import lazy_names

_HOME = {"open_writer": "writers", "ResultWriter": "lines", "read_csv": "csv"}

__all__ = list(_HOME)
__getattr__, __dir__ = lazy_names(__name__, _HOME)
