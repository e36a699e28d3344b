"""Frames in, video out: ``open_source``, ``prefetch``, ``draw_result``, ``VideoSink``.

Names load on first use.
"""

from tracker.lazy import lazy_names

# Not on first use: the module has the same name, and whoever imported it first would find that.
from tracker.video.prefetch import prefetch

_HOME = {
    "open_source": "sources",
    "parse_position": "sources",
    "read_header": "container",
    "VideoHeader": "container",
    "Source": "frame_source",
    "VideoFrame": "frame_source",
    "VideoSink": "sinks",
    "draw_result": "draw",
}

__all__ = [*_HOME, "prefetch"]
__getattr__, __dir__ = lazy_names(__name__, _HOME)
