"""Resume a run that was interrupted: reuse the rows of its CSV file instead of tracking again."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tracker.errors import OutputError
from tracker.formats.csv import read_csv
from tracker.result import TrackResult
from tracker.video.frame_source import VideoFrame

# Largest difference, in pixels or score, between a row and what this run finds in its frame.
# Another number of threads changes less; another model, setting or source usually changes more.
_TOLERANCE = 0.02


class EarlierRun:
    """The rows of an interrupted run, to be reused frame by frame.

    A last frame that lacks rows of some objects is dropped.

    Args:
        path: the run's CSV file; if missing, the run has no rows.
        first: this run's results in its first frame.

    Attributes:
        frames: the results of each complete frame.

    Raises:
        SourceError: the file cannot be read.
        OutputError: the rows are of other frames, boxes or objects than this run's. ``take``,
            ``compare`` and ``finish`` raise it too.
    """

    def __init__(self, path: Path, first: Sequence[TrackResult]) -> None:
        self._path = path
        self._taken = 0  # frames whose rows were reused
        rows: defaultdict[int, list[TrackResult]] = defaultdict(list)
        for result in read_csv(path) if path.exists() else ():
            rows[result.frame].append(result)
        ids = [each.id for each in first]
        self.frames = list(rows.values())
        if self.frames and not _has_ids(self.frames[-1], ids):
            self.frames.pop()
        if not all(_has_ids(results, ids) for results in self.frames):
            raise self._mismatch("number of objects")
        # The second row shows another model or source at once, the last one after a drift.
        self._checked = {results[0].frame for results in (*self.frames[1:2], *self.frames[1:][-1:])}
        if self.frames:
            started = [(each.frame, each.box) for each in self.frames[0]]
            if started != [(each.frame, each.box) for each in first]:
                raise self._mismatch("first frame or box")

    def take(self, frame: VideoFrame) -> list[TrackResult] | None:
        """Return the rows of the next frame, or None if no rows are left."""
        if self._taken == len(self.frames):
            return None
        rows = self.frames[self._taken]
        if rows[0].frame != frame.index or abs((rows[0].time_s or 0) - frame.time_s) > 1e-5:
            raise self._mismatch(f"frame or time after row {self._taken}")
        self._taken += 1
        return rows

    def is_checked(self, frame: VideoFrame) -> bool:
        """Return whether to track in this frame as well, and ``compare``: second and last row."""
        return frame.index in self._checked

    def compare(self, results: Sequence[TrackResult]) -> None:
        """Compare results with the rows taken last, to notice another model or source."""
        rows = self.frames[self._taken - 1]
        for row, result in zip(rows, results, strict=True):
            change = np.abs(np.subtract([*row.box, row.score], [*result.box, result.score]))
            if change.max() > _TOLERANCE:
                raise self._mismatch(
                    f"model, settings, source or device: frame {row.frame} comes out differently"
                )

    def finish(self) -> None:
        """Check, after the source's last frame, that no rows are left."""
        if self._taken < len(self.frames):
            raise self._mismatch(f"end: it goes on to frame {self.frames[-1][0].frame}")

    def _mismatch(self, what: str) -> OutputError:
        """Return the error for an earlier run that differs from this one."""
        return OutputError(f"cannot resume {self._path}: it is of a run with another {what}")


def _has_ids(results: Sequence[TrackResult], ids: Sequence[int]) -> bool:
    """Return whether the results of a frame are of exactly these objects, in this order."""
    return [each.id for each in results] == ids
