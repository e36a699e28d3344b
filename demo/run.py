"""Track the boxed objects through a clip and report the progress."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Self

from tracker import MultiTracker
from tracker.boxes import Box
from tracker.errors import SourceEndedEarly
from tracker.frames import Frame
from tracker.result import TrackResult
from tracker.video import prefetch
from tracker.video.outputs.plan import OutputKind
from tracker.video.outputs.writing import Outputs
from tracker_demo.clip import Clip
from tracker_demo.curve import ScoreCurve
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused

Step = tuple[Frame | None, list[TrackResult]]
"""A frame with the results drawn on it, and the results."""

PREVIEW_INTERVAL_S = 0.25  # shortest time between two reports


class Files(NamedTuple):
    """The result files of a run."""

    video: Path
    csv: Path
    json: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Return the paths of the files in a folder."""
        return cls(folder / "tracked.mp4", folder / "boxes.csv", folder / "boxes.json")


@dataclass
class RunProgress:
    """The progress of a run.

    Attributes:
        total: how many frames there are to process, according to the file.
        done: how many frames are processed so far.
        seconds: how long the run has taken so far.
        picture: the latest frame with the results drawn on it.
        results: the results in the latest frame, one per object.
        curves: the scores over time, one per object.
        ending: why the run has ended, as a sentence; empty while it runs.
        files: the result files; None while it runs.
    """

    total: int
    done: int = 0
    seconds: float = 0.0
    picture: Frame | None = None
    results: list[TrackResult] = field(default_factory=list)
    curves: list[ScoreCurve] = field(default_factory=list)
    ending: str = ""
    files: Files | None = None


@dataclass(frozen=True)
class TrackingRun:
    """One run of the tracker over a clip.

    Attributes:
        clip: the clip.
        start: the number of the first frame.
        boxes: the objects in that frame, each ``(x, y, w, h)``.
        model: the name of the model.
        files: where the results go.
    """

    clip: Clip
    start: int
    boxes: list[Box]
    model: str
    files: Files

    def follow(
        self,
        tracker: MultiTracker,
        limits: Limits,
        stopped: Callable[[], bool],
        clock: Callable[[], float],
    ) -> Iterator[RunProgress]:
        """Track the objects to the end of the clip.

        Args:
            tracker: a tracker that has not been initialised.
            limits: the run ends at the limits on frames and seconds and keeps what is done.
            stopped: returns whether to end now.
            clock: returns the time in seconds.

        Yields:
            The progress after the first frame, then a few times per second; the last one has
            ``files``.

        Raises:
            Refused: an output cannot be written, or the clip cannot be read at all.
        """
        progress = RunProgress(
            self.clip.frames - self.start, curves=[ScoreCurve() for _ in self.boxes]
        )
        began = shown = clock()
        try:
            with closing(self._steps(tracker)) as steps:
                for progress.picture, progress.results in steps:
                    progress.done += 1
                    progress.seconds = clock() - began
                    for curve, result in zip(progress.curves, progress.results, strict=True):
                        curve.add(result)
                    progress.ending = _why_end(progress, limits, stopped())
                    if progress.ending:
                        break
                    if progress.done == 1 or clock() - shown >= PREVIEW_INTERVAL_S:
                        yield replace(progress)
                        shown = clock()
        except SourceEndedEarly:
            progress.ending = f"The video is damaged after {_frames(progress)}; they are kept."
        except Exception as error:
            raise Refused(self.clip.sentence(error)) from error
        progress.ending = progress.ending or f"Done: {_frames(progress)}."
        progress.files = self.files
        yield progress

    def _steps(self, tracker: MultiTracker) -> Generator[Step, None, None]:
        """Track, write and yield one frame after the other, each drawn on and with its results.

        The files are complete when the generator has ended or was closed.
        """
        paths: dict[OutputKind, Path] = {
            "video": self.files.video,
            "csv": self.files.csv,
            "json": self.files.json,
        }
        with ExitStack() as stack:
            frames = stack.enter_context(self.clip.source(self.start))
            ahead = stack.enter_context(closing(prefetch(frames)))
            first = next(ahead)
            results = tracker.init(first.image, self.boxes)
            outputs = stack.enter_context(
                Outputs(
                    paths,
                    first,
                    objects=len(self.boxes),
                    source=self.clip.name,
                    model=self.model,
                    fps=frames.fps,
                    overwrite=False,
                    kept=(),
                )
            )
            for frame in chain([first], ahead):
                if frame is not first:
                    results = tracker.update(frame.image)
                rows = [replace(each, frame=frame.index, time_s=frame.time_s) for each in results]
                yield outputs.write(frame, rows), rows


def _why_end(progress: RunProgress, limits: Limits, stopped: bool) -> str:
    """Return the sentence that ends the run now, or "" to continue."""
    if stopped:
        return f"Cancelled after {_frames(progress)}; they are kept."
    if progress.done >= limits.frames and progress.done != progress.total:
        return f"Stopped at the limit of {_frames(progress)}; they are kept."
    if progress.seconds > limits.run_seconds:
        return (
            f"Stopped after {limits.run_seconds} seconds, the limit here; {_frames(progress)} are "
            "kept."
        )
    return ""


def _frames(progress: RunProgress) -> str:
    """Return the number of processed frames with its noun."""
    return f"{progress.done} frame{'' if progress.done == 1 else 's'}"
