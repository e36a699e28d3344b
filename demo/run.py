"""One run: the boxed objects followed through a clip, with news of how far it is."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from tracker import MultiTracker
from tracker.boxes import Box
from tracker.errors import SourceEndedEarly
from tracker.frames import Frame
from tracker.result import TrackResult
from tracker.video import prefetch
from tracker.video.outputs.writing import Outputs
from tracker_demo.clip import Clip
from tracker_demo.curve import ScoreCurve
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused

PREVIEW_INTERVAL_S = 0.25


class Files(NamedTuple):
    """What a run leaves to be fetched."""

    video: Path
    csv: Path
    json: Path

    @classmethod
    def in_folder(cls, folder: Path) -> "Files":
        return cls(folder / "tracked.mp4", folder / "boxes.csv", folder / "boxes.json")


@dataclass
class Progress:
    """How far a run is.

    Attributes:
        total, done: how many frames there will be as the file says, and are followed so far.
        seconds: that the run has taken.
        picture: the newest frame with the results drawn on it.
        results: those of the newest frame, one per object.
        curves: scores over time, one per object.
        ending: why the run has ended, as a sentence; empty while it goes on.
        files: the results, once it has ended.
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
class Run:
    """What is followed: boxes ``(x, y, w, h)`` in frame ``start`` of a clip, by a model."""

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
    ) -> Iterator[Progress]:
        """Follow the objects to the end of the clip.

        Args:
            tracker: not begun.
            limits: on frames and seconds; what is done by then is kept.
            stopped: whether to end now.
            clock: seconds.

        Yields:
            News of the first frame, then a few times per second; the last one has ``files``.

        Raises:
            Refused: an output cannot be written, or the clip cannot be read at all.
        """
        progress = Progress(
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

    def _steps(self, tracker: MultiTracker) -> Iterator[tuple[Frame, list[TrackResult]]]:
        """Write and yield one frame after the other; the files are whole when this has ended."""
        paths = {"video": self.files.video, "csv": self.files.csv, "json": self.files.json}
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


def _why_end(progress: Progress, limits: Limits, stopped: bool) -> str:
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


def _frames(progress: Progress) -> str:
    return f"{progress.done} frame{'' if progress.done == 1 else 's'}"
