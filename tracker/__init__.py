"""A visual object tracker: give it a video and one box, and it says how sure it is.

The main loop:

    import tracker

    t = tracker.Tracker()
    t.init(first_frame, box=(x, y, w, h))        # uint8 RGB (H, W, 3); pixels, 0-based
    for frame in frames:
        result = t.update(frame)
        print(result.box, result.score, result.state)

Or, for a file, folder, camera or stream: ``for result in tracker.track("video.mp4", box=...)``.
"""

from importlib import import_module

__version__ = "0.1.0"

# Public names load what they need on first use, so that `import tracker` takes no time.
_HOME = {
    "Tracker": "tracker.tracking",
    "track": "tracker.tracking",
    "TrackResult": "tracker.result",
    "TrackerConfig": "tracker.config",
    "TrackerError": "tracker.errors",
}
_SUBPACKAGES = ("datasets", "evaluation", "models", "ops", "video")

__all__ = [*_HOME, *_SUBPACKAGES, "__version__"]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _SUBPACKAGES:
        return import_module(f"tracker.{name}")
    raise AttributeError(f"module 'tracker' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
