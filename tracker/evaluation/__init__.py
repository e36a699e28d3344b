"""Score trackers by the rules of the published benchmarks, and run them to have something to score.

``metrics`` is the place to start: from boxes to success, precision and their averages.
``evaluate`` runs trackers over a data set, ``write_reports`` makes tables, plots and pages of it.
Names load on first use.
"""

from tracker.lazy import lazy_names

_HOME = {
    "evaluate": "ope",
    "Benchmark": "ope",
    "Entry": "entry",
    "terminal_table": "report",
    "write_reports": "report",
}
_MODULES = ("metrics",)

__all__ = [*_HOME, *_MODULES]
__getattr__, __dir__ = lazy_names(__name__, _HOME, _MODULES)
