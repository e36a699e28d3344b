"""Follow objects through video: ``Tracker``, ``MultiTracker`` and ``track``.

``engine`` is the page to read first: what happens in one frame, from top to bottom.
"""

from tracker.lazy import lazy_names

_HOME = {"Tracker": "tracker", "MultiTracker": "multi_tracker", "track": "tracker"}

__all__ = list(_HOME)
__getattr__, __dir__ = lazy_names(__name__, _HOME)
