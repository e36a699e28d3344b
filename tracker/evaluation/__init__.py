"""Run trackers on benchmark data sets and score them by the published rules.

Start reading at ``metrics``, which computes success, precision and their averages from boxes.
``evaluate`` runs trackers over a data set; ``write_reports`` writes tables, plots and pages of the
results. Names load on first use.
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
