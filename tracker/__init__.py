"""A visual object tracker: give it a video and one box, and it says how sure it is.

The main loop:

    import tracker

    t = tracker.Tracker()
    t.init(first_frame, box=(x, y, w, h))        # uint8 RGB (H, W, 3); pixels, 0-based
    for frame in frames:
        result = t.update(frame)
        print(result.box, result.score, result.state)

Or, for a file, folder, camera or stream: ``for result in tracker.track("video.mp4", box=...)``;
and ``tracker.MultiTracker`` for several objects.
"""

from tracker.lazy import lazy_names

__version__ = "0.1.0"

_HOME = {
    "Tracker": "tracking",
    "MultiTracker": "tracking",
    "track": "tracking",
    "compare": "similarity",
    "TrackResult": "result",
    "TrackerConfig": "config",
    "TrackerError": "errors",
}
_SUBPACKAGES = (
    "datasets",
    "evaluation",
    "formats",
    "models",
    "ops",
    "similarity",
    "synthetic",
    "tracking",
    "video",
)

__all__ = [*_HOME, *_SUBPACKAGES, "__version__"]
__getattr__, __dir__ = lazy_names(__name__, _HOME, _SUBPACKAGES)
