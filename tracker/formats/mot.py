"""MOTChallenge text files: a row per object and frame, counted from 1."""

from tracker.formats.lines import LineWriter, decimals, one_based
from tracker.result import TrackResult


class MotWriter(LineWriter):
    """A MOTChallenge result file (MOT16, Milan et al. 2016): frame, x and y counted from 1.

    ``frame,id,x,y,w,h,score,-1,-1,-1`` per object and frame, lost ones included.
    """

    def line(self, result: TrackResult) -> str:
        box = decimals(one_based(result))
        return f"{result.frame + 1},{result.id},{box},{result.score:.4f},-1,-1,-1"
