"""Track objects through videos: ``tracker track``.

``run_jobs`` takes the sources one after the other; ``_follow`` loops over the frames of one.
"""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tracker.boxes import Box, check_box
from tracker.cli.summary import Summary
from tracker.errors import BoxError, DisplayError, SourceEndedEarly, TrackerError
from tracker.formats.otb import read_boxes
from tracker.frames import Frame, frame_size
from tracker.result import TrackResult
from tracker.tracking.multi_tracker import MultiTracker
from tracker.video import Source, VideoFrame, open_source, parse_position, prefetch
from tracker.video.outputs.earlier_run import EarlierRun
from tracker.video.outputs.plan import OutputPaths, check_outputs, plan_outputs
from tracker.video.outputs.writing import Outputs
from tracker.video.stream import without_secrets
from tracker.video.window import (
    QUIT_KEYS,
    REDRAW_KEY,
    Window,
    has_display,
    require_display,
    select_boxes,
)


@dataclass(frozen=True)
class TrackJob:
    """What to do with each source: the options of ``tracker track``.

    Attributes:
        boxes: boxes ``(x, y, w, h)`` in the first frame, 0-based.
        box_file: OTB text file whose first line is the box.
        select: draw the boxes with the mouse.
        reinit: frame numbers, and boxes to start again on there.
        start: first frame, as "300" or "12.5s".
        end: first frame after the wanted ones, likewise.
        stride: distance between wanted frames.
        model: name of a model, or a weights file.
        device: where the network runs.
        settings: settings of ``TrackerConfig`` that replace the model's.
        show: open a live view.
        quiet: print no progress bar and no summary.
        outputs: output files by kind.
        truth: OTB text file with true boxes to compare with.
        overwrite: replace outputs that exist.
        resume: continue after the rows of an interrupted run.

    Raises:
        BoxError, DisplayError: options that exclude each other, found before anything is read or
            written.
    """

    boxes: Sequence[Box]
    box_file: Path | None
    select: bool
    reinit: Sequence[tuple[int, Box]]
    start: str | None
    end: str | None
    stride: int
    model: str
    device: str
    settings: Mapping[str, Any]
    show: bool
    quiet: bool
    outputs: OutputPaths
    truth: Path | None
    overwrite: bool
    resume: bool

    def __post_init__(self) -> None:
        if len(dict(self.reinit)) < len(self.reinit):
            raise BoxError("expected one --reinit for a frame; got two for the same")
        if sum((bool(self.boxes), self.box_file is not None, self.select)) > 1:
            raise BoxError("expected one of --box, --box-file and --select; got more than one")
        if self.select or self.show:
            require_display()
        elif not self.boxes and not self.box_file and not has_display():
            raise DisplayError("expected --box X,Y,W,H: there is no display to draw the box on")

    def check_against(self, first: VideoFrame, objects: int) -> None:
        """Check the options against the first frame and the number of objects.

        Raises:
            BoxError: several objects where only one is possible, or a ``reinit`` before the second
                frame or outside of the picture.
        """
        if objects > 1 and (self.reinit or "otb" in self.outputs):
            what = "--reinit" if self.reinit else "--save-otb, whose format has no ids"
            raise BoxError(f"expected one --box together with {what}; got {objects}")
        for frame, box in self.reinit:
            if frame <= first.index:
                raise BoxError(f"expected --reinit after frame {first.index}; got {frame}")
            check_box(box, frame_size(first.image))

    def first_boxes(self, frame: VideoFrame) -> list[Box]:
        """Return the boxes to start on; if none were given, the user draws them."""
        if self.boxes:
            return list(self.boxes)
        if self.box_file:
            x, y, w, h = read_boxes(self.box_file, first_pixel=1)[0].tolist()
            return [(x, y, w, h)]
        require_display()
        return select_boxes(frame.image)


def run_jobs(sources: Sequence[str], job: TrackJob) -> int:
    """Track the objects through every source; return the exit code.

    If one of several sources fails, that is reported and the others are still tracked; the exit
    code is that of the first failure.

    Raises:
        TrackerError: a single source failed, or nothing could start.
    """
    plans = plan_outputs(job.outputs, sources)
    inputs: list[str | Path] = [*sources, job.model]
    inputs += [path for path in (job.box_file, job.truth) if path]
    for paths in plans:
        check_outputs(paths, inputs, overwrite=job.overwrite, resume=job.resume)
    tracker = MultiTracker(job.model, job.device, **job.settings)
    exit_code = 0
    for source, paths in zip(sources, plans, strict=True):
        try:
            _run(source, job, tracker, paths)
        except TrackerError as error:
            if len(sources) == 1:
                raise
            print(f"tracker: {without_secrets(source)}: {error}", file=sys.stderr)
            exit_code = exit_code or error.exit_code
    return exit_code


def _run(source: str, job: TrackJob, tracker: MultiTracker, paths: OutputPaths) -> None:
    """Track through one source and print the summary, also if it ended early."""
    summary = Summary(read_boxes(job.truth, first_pixel=1) if job.truth else None)
    try:
        _follow(source, job, tracker, paths, summary)
    except (SourceEndedEarly, KeyboardInterrupt):
        _report(source, job, paths, summary)
        raise
    _report(source, job, paths, summary)


def _report(source: str, job: TrackJob, paths: OutputPaths, summary: Summary) -> None:
    """Print the summary and the names of the outputs."""
    if summary.frames and not job.quiet:
        stream = sys.stdout if paths else sys.stderr  # without files the rows are on stdout
        written = [f"wrote {path}" for path in paths.values()]
        print(f"{without_secrets(source)}: {summary}", *written, sep="\n", file=stream)


def _follow(
    source: str, job: TrackJob, tracker: MultiTracker, paths: OutputPaths, summary: Summary
) -> None:
    """Track through one source frame by frame, until it ends or the user quits."""
    with ExitStack() as stack:
        frames = stack.enter_context(_open(source, job))
        frames_ahead = stack.enter_context(closing(prefetch(frames)))
        first = next(frames_ahead)
        boxes = job.first_boxes(first)
        job.check_against(first, len(boxes))
        results = _numbered(tracker.init(first.image, boxes), first)
        earlier = EarlierRun(paths["csv"], results) if job.resume else None
        outputs = stack.enter_context(
            Outputs(
                paths,
                first,
                objects=len(boxes),
                source=without_secrets(source),
                model=tracker.model,
                fps=frames.fps,
                overwrite=job.overwrite or job.resume,
                kept=earlier.frames if earlier else (),
            )
        )
        window = stack.enter_context(closing(Window())) if job.show else None
        progress = stack.enter_context(
            tqdm(
                total=frames.frame_count,
                desc=frames.name,
                unit="frame",
                disable=True if job.quiet or sys.stderr is None else None,  # None: if a terminal
            )
        )

        reinit = dict(job.reinit)
        for frame in chain([first], frames_ahead):
            rows = earlier.take(frame) if earlier else None
            if frame is not first:
                results = _results_in(frame, tracker, reinit.get(frame.index), rows, earlier)
            picture = outputs.write(frame, results, draw=window is not None)
            summary.add(results)
            progress.update()
            if window and picture is not None and not _show(window, picture, frame, tracker):
                return
        if earlier:
            earlier.finish()


def _results_in(
    frame: VideoFrame,
    tracker: MultiTracker,
    reinit: Box | None,
    rows: list[TrackResult] | None,
    earlier: EarlierRun | None,
) -> list[TrackResult]:
    """Return the results in a frame after the first: the earlier run's rows, or track.

    Args:
        frame: the frame.
        tracker: brought up to this frame in either case.
        reinit: box to start again on in this frame.
        rows: the earlier run's rows of this frame, if it has any.
        earlier: the earlier run, which is compared with what is found in some of its frames.
    """
    compare = rows and earlier and earlier.is_checked(frame)
    if rows and not reinit and not compare:
        tracker.resume(frame.image, rows)
        return rows
    if reinit:
        found = [tracker.reinit(frame.image, id, reinit) for id in tracker.ids]
    else:
        found = tracker.update(frame.image)
    found = _numbered(found, frame)
    if earlier and compare:
        earlier.compare(found)
    return rows or found


def _numbered(results: Sequence[TrackResult], frame: VideoFrame) -> list[TrackResult]:
    """Return results with the number and time that their frame has in its source."""
    return [replace(each, frame=frame.index, time_s=frame.time_s) for each in results]


def _open(source: str, job: TrackJob) -> Source:
    """Open a source at the frames that the job wants."""
    return open_source(
        source,
        start=parse_position(job.start) if job.start else None,
        end=parse_position(job.end) if job.end else None,
        stride=job.stride,
    )


def _show(window: Window, picture: Frame, frame: VideoFrame, tracker: MultiTracker) -> bool:
    """Show a frame and handle the keys; return False if the user wants to quit."""
    key = window.show(picture)
    if key == REDRAW_KEY:
        with suppress(BoxError, DisplayError):  # nothing was drawn: continue as before
            for id, box in zip(tracker.ids, select_boxes(frame.image), strict=False):
                tracker.reinit(frame.image, id, box)
    return key not in QUIT_KEYS
