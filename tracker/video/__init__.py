"""Frames in, video out: ``open_source``, ``prefetch``, ``draw_result``, ``VideoSink``.

Names load on first use.
"""

from tracker.lazy import lazy_names

# Imported here rather than on first use: the module of the same name would hide the function as
# soon as anything imports it.
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
