"""Generated videos: the sample clip, and composited sequences with exact truth."""

from tracker.lazy import lazy_names

_HOME = {"write_sample": "sample"}
_SUBPACKAGES = ("composited",)

__all__ = [*_HOME, *_SUBPACKAGES]
__getattr__, __dir__ = lazy_names(__name__, _HOME, _SUBPACKAGES)
