"""MOTChallenge text files: one row per object and frame, counted from 1."""

from tracker.formats.lines import LineWriter, format_box, one_based
from tracker.result import TrackResult


class MotWriter(LineWriter):
    """Writes a MOTChallenge result file (MOT16, Milan et al. 2016).

    Each row is ``frame,id,x,y,w,h,score,-1,-1,-1``; frame, x and y are counted from 1. Lost
    objects have rows too.
    """

    def line(self, result: TrackResult) -> str:
        """Format a result as a row of MOTChallenge."""
        box = format_box(one_based(result.box))
        return f"{result.frame + 1},{result.id},{box},{result.score:.4f},-1,-1,-1"
