"""Frames in, video and results out.

Reading (``open_source``, ``prefetch``), writing (``VideoSink``, ``open_writer``) and drawing
(``draw_result``). Names load on first use: reading a result file imports no decoder.
"""

from importlib import import_module
from typing import Any

# Not on first use: the module has the same name, and whoever imported it first would find that.
from tracker.video.prefetch import prefetch

_HOME = {
    "open_source": "sources",
    "parse_position": "sources",
    "Source": "frame_source",
    "VideoFrame": "frame_source",
    "VideoSink": "sinks",
    "open_writer": "results",
    "read_csv": "results",
    "draw_result": "draw",
}

__all__ = [*_HOME, "prefetch"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
