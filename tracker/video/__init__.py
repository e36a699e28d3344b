"""Frames in, video and results out.

Reading (``open_source``, ``prefetch``), writing (``VideoSink``, ``open_writer``) and drawing
(``draw_result``). Names load on first use: reading a result file imports no decoder.
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
    "open_writer": "results",
    "read_csv": "results",
    "draw_result": "draw",
}

__all__ = [*_HOME, "prefetch"]
__getattr__, __dir__ = lazy_names(__name__, _HOME)
