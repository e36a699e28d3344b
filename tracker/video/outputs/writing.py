"""Write the results of a run, frame by frame, to all of its files."""

import sys
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Self

from tracker.errors import OutputError
from tracker.formats.csv import CSV_HEADER, CsvWriter, csv_line
from tracker.formats.writers import open_writer
from tracker.frames import Frame, frame_size
from tracker.result import TrackResult
from tracker.video.draw import draw_result
from tracker.video.frame_source import VideoFrame
from tracker.video.outputs.plan import Paths
from tracker.video.sinks import VideoSink

_TRAIL_FRAMES = 30


class Outputs:
    """All outputs of one run, open; a context manager.

    Args:
        paths: the files; none means that the rows go to standard output.
        first: the first frame, whose size the video takes.
        objects: how many objects there are.
        source, model: their names, stored in JSON.
        fps: nominal frame rate of the video, or None.
        overwrite: replace existing files.
        kept: rows of a broken run that stay in the CSV file; ``write`` is called with them too.

    Raises:
        OutputError: a file cannot be made; from ``write`` and on leaving, cannot be written.
    """

    def __init__(
        self,
        paths: Paths,
        first: VideoFrame,
        *,
        objects: int,
        source: str,
        model: str,
        fps: float | None,
        overwrite: bool,
        kept: Sequence[list[TrackResult]],
    ) -> None:
        self._show_id = objects > 1
        self._trails = defaultdict(lambda: deque(maxlen=_TRAIL_FRAMES))
        self._video, self._csv, self._others = None, None, []
        self._in_csv = frozenset(results[0].frame for results in kept)
        with ExitStack() as stack:
            if not paths:
                self._others.append(_StandardOutput())
            for kind, path in paths.items():
                if kind == "video":
                    size = frame_size(first.image)
                    self._video = stack.enter_context(
                        VideoSink(path, size, fps, overwrite=overwrite)
                    )
                elif kind == "csv" and kept:
                    rows = [result for results in kept for result in results]
                    self._csv = stack.enter_context(CsvWriter.resumed(path, rows))
                else:
                    writer = stack.enter_context(
                        open_writer(kind, path, overwrite=overwrite, source=source, model=model)
                    )
                    self._others.append(writer)
            self._stack = stack.pop_all()

    def write(
        self, frame: VideoFrame, results: Sequence[TrackResult], *, draw: bool = False
    ) -> Frame | None:
        """Write the results of one frame to every output, rows before pictures.

        Returns:
            A copy of the frame with the results drawn on it, if ``draw`` or a video wants one.
        """
        for result in results:
            if self._csv and frame.index not in self._in_csv:
                self._csv.write(result)
            for writer in self._others:
                writer.write(result)
        if not (draw or self._video):
            return None
        picture = self._drawn(frame, results)
        if self._video:
            self._video.write(picture, frame.time_s)
        return picture

    def _drawn(self, frame: VideoFrame, results: Sequence[TrackResult]) -> Frame:
        picture = frame.image.copy()
        for result in results:
            x, y, w, h = result.box
            trail = self._trails[result.id]
            trail.append((x + w / 2, y + h / 2))
            draw_result(picture, result, trail, show_id=self._show_id)
        return picture

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.__exit__(*exc_info)


class _StandardOutput:
    """CSV rows on standard output, each sent at once."""

    def __init__(self) -> None:
        if sys.stdout is None:  # closed before we started: print() would say nothing
            raise OutputError("could not write standard output: it is closed")
        self._print(CSV_HEADER)

    def write(self, result: TrackResult) -> None:
        self._print(csv_line(result))

    def _print(self, line: str) -> None:
        try:
            print(line, flush=True)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"could not write standard output: {error.strerror}") from error
