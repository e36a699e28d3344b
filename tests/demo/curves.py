"""Score curves for the demo's tests."""

from tracker.result import TrackResult
from tracker_demo.curve import ScoreCurve


def curve_of(scores, fps=25):
    """The curve of one object with these scores, lost below 0.2 and uncertain below 0.5."""
    curve = ScoreCurve()
    for index, score in enumerate(scores):
        state = "lost" if score < 0.2 else "uncertain" if score < 0.5 else "tracking"
        curve.add(TrackResult(index, index / fps, 1, (0, 0, 9, 9), score, state))
    return curve
