"""Write the results of a run, frame by frame, to all its output files."""

import sys
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self

from tracker.errors import OutputError
from tracker.formats.csv import CSV_HEADER, CsvWriter, csv_line
from tracker.formats.writers import open_writer
from tracker.frames import Frame, frame_size
from tracker.result import TrackResult
from tracker.video.draw import draw_result
from tracker.video.frame_source import VideoFrame
from tracker.video.outputs.plan import OutputPaths
from tracker.video.sinks import VideoSink

_TRAIL_FRAMES = 30  # length of the line drawn behind an object


class _RowWriter(Protocol):
    """Takes results one at a time."""

    def write(self, result: TrackResult) -> None: ...


class Outputs:
    """The open output files of one run; a context manager.

    Args:
        paths: the files; if there are none, the rows go to standard output.
        first: the first frame; its size is that of the video.
        objects: number of objects; their ids are drawn if there are several.
        source: name of the source, stored in JSON.
        model: name of the model, stored in JSON.
        fps: nominal frame rate of the video, or None.
        overwrite: replace existing files.
        kept: results of an interrupted run that stay in the CSV file, per frame; ``write`` must be
            called with them too, for the other outputs.

    Raises:
        OutputError: a file cannot be made. ``write`` and leaving the context raise it if one
            cannot be written.
    """

    def __init__(
        self,
        paths: OutputPaths,
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
        self._trails: defaultdict[int, deque[tuple[float, float]]] = defaultdict(
            lambda: deque(maxlen=_TRAIL_FRAMES)
        )
        self._video: VideoSink | None = None
        self._csv: CsvWriter | None = None
        self._others: list[_RowWriter] = []
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
        """Write the results of one frame to every output, the rows before the video.

        Args:
            frame: the frame.
            results: its results, one per object.
            draw: return the drawn frame even if there is no video.

        Returns:
            A copy of the frame with the results drawn on it; None without video and ``draw``.
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
        """Return a copy of a frame with its results and their trails drawn on it."""
        picture = frame.image.copy()
        for result in results:
            x, y, w, h = result.box
            trail = self._trails[result.id]
            trail.append((x + w / 2, y + h / 2))
            draw_result(picture, result, trail, show_id=self._show_id)
        return picture

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(error_type, error, traceback)


class _StandardOutput:
    """Prints CSV rows, each at once."""

    def __init__(self) -> None:
        if sys.stdout is None:  # closed before we started: print() would ignore that
            raise OutputError("could not write standard output: it is closed")
        self._print(CSV_HEADER)

    def write(self, result: TrackResult) -> None:
        """Print a result."""
        self._print(csv_line(result))

    def _print(self, line: str) -> None:
        try:
            print(line, flush=True)
        except BrokenPipeError:  # the reader has seen enough, which is no error
            raise
        except OSError as error:
            raise OutputError(f"could not write standard output: {error.strerror}") from error
