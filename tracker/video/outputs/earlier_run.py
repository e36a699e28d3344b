"""The rows that a broken run left, to go on after them."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tracker.errors import OutputError
from tracker.formats.csv import read_csv
from tracker.result import TrackResult
from tracker.video.frame_source import VideoFrame

_SAME = 0.02  # pixels, or score: another number of threads changes less, another model more


class EarlierRun:
    """The rows of a broken run, taken over frame by frame in place of tracking.

    A last frame that is not whole does not count.

    Args:
        path: its CSV file; a missing one is an empty run.
        first: this run's results in its first frame.

    Raises:
        SourceError: the file cannot be read.
        OutputError: it is of a run on other frames or boxes, or with another model; also from
            ``advance``, ``confirm`` and ``finish``.
    """

    def __init__(self, path: Path, first: Sequence[TrackResult]) -> None:
        self._path, self._taken = path, 0
        rows = defaultdict(list)
        for result in read_csv(path) if path.exists() else ():
            rows[result.frame].append(result)
        ids = [each.id for each in first]
        whole = [[each.id for each in found] == ids for found in rows.values()]
        if not all(whole[:-1]):
            raise self._other("number of objects")
        self.frames = [
            found for found, is_whole in zip(rows.values(), whole, strict=True) if is_whole
        ]
        self._probes = {found[0].frame for found in (*self.frames[1:2], *self.frames[1:][-1:])}
        if self.frames:
            begun = [(each.frame, each.box) for each in self.frames[0]]
            if begun != [(each.frame, each.box) for each in first]:
                raise self._other("first frame or box")

    def advance(self, frame: VideoFrame) -> list[TrackResult] | None:
        """The rows of the next frame; None when all are taken."""
        if self._taken == len(self.frames):
            return None
        known = self.frames[self._taken]
        if known[0].frame != frame.index or abs((known[0].time_s or 0) - frame.time_s) > 1e-5:
            raise self._other(f"frame or time after row {self._taken}")
        self._taken += 1
        return known

    def is_probe(self, frame: VideoFrame) -> bool:
        """Whether to track this frame all the same and ``confirm`` it: second and last row."""
        return frame.index in self._probes

    def confirm(self, results: Sequence[TrackResult]) -> None:
        """Compare what was found in a frame with its rows; that tells another model or source."""
        rows = self.frames[self._taken - 1]
        for row, result in zip(rows, results, strict=True):
            change = np.abs(np.subtract([*row.box, row.score], [*result.box, result.score]))
            if change.max() > _SAME:
                raise self._other(
                    f"model, source or device: frame {row.frame} comes out differently"
                )

    def finish(self) -> None:
        """Say that there are no more frames."""
        if self._taken < len(self.frames):
            raise self._other(f"end: it goes on to frame {self.frames[-1][0].frame}")

    def _other(self, what: str) -> OutputError:
        return OutputError(f"cannot resume {self._path}: it is of a run with another {what}")
