"""One run of ``tracker track``: a source in, trackers, results and video out.

``run_jobs`` takes the sources one after the other, ``_follow`` is the loop over the frames of one.
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from tracker.boxes import Box, check_box
from tracker.cli.summary import Summary
from tracker.errors import BoxError, DisplayError, SourceEndedEarly, TrackerError
from tracker.formats.otb import read_boxes
from tracker.frames import Frame, frame_size
from tracker.result import TrackResult
from tracker.tracking.multi_tracker import MultiTracker
from tracker.video import (
    Source,
    VideoFrame,
    open_source,
    parse_position,
    prefetch,
)
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
class Job:
    """What to do with each source: the options of ``tracker track``, as given.

    Raises:
        BoxError, DisplayError: options that exclude each other, found before anything is read or
            written.
    """

    boxes: Sequence[Box]  # (x, y, w, h) in the first frame, 0-based
    box_file: Path | None  # OTB text, the box is its first line
    select: bool  # draw the boxes with the mouse
    reinit: Sequence[tuple[int, Box]]  # frame number and box to start again on
    start: str | None  # "300" or "12.5s"
    end: str | None
    stride: int
    model: str
    device: str
    show: bool
    quiet: bool
    outputs: OutputPaths  # by kind
    truth: Path | None  # OTB text, true boxes to compare with
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
        """Refuse what does not go with the first frame or the number of objects.

        Raises:
            BoxError: several objects where only one can be, or a ``reinit`` that cannot work.
        """
        if objects > 1 and (self.reinit or "otb" in self.outputs):
            what = "--reinit" if self.reinit else "--save-otb, whose format has no ids"
            raise BoxError(f"expected one --box together with {what}; got {objects}")
        for frame, box in self.reinit:
            if frame <= first.index:
                raise BoxError(f"expected --reinit after frame {first.index}; got {frame}")
            check_box(box, frame_size(first.image))

    def first_boxes(self, frame: VideoFrame) -> list[Box]:
        """The boxes to start on, asking the user where none were given."""
        if self.boxes:
            return list(self.boxes)
        if self.box_file:
            return [tuple(read_boxes(self.box_file, first_pixel=1)[0].tolist())]
        require_display()
        return select_boxes(frame.image)


def run_jobs(sources: Sequence[str], job: Job) -> int:
    """Follow the objects through every source; return the exit code.

    With several sources a failing one is reported and the others go on; the code is then that of
    the first failure.

    Raises:
        TrackerError: a single source failed, or nothing could start.
    """
    plans = plan_outputs(job.outputs, sources)
    inputs = [*sources, *filter(None, (job.model, job.box_file, job.truth))]
    for paths in plans:
        check_outputs(paths, inputs, overwrite=job.overwrite, resume=job.resume)
    tracker = MultiTracker(job.model, job.device)
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


def _run(source: str, job: Job, tracker: MultiTracker, paths: OutputPaths) -> None:
    summary = Summary(read_boxes(job.truth, first_pixel=1) if job.truth else None)
    try:
        _follow(source, job, tracker, paths, summary)
    except (SourceEndedEarly, KeyboardInterrupt):  # what was done until then is kept
        _report(source, job, paths, summary)
        raise
    _report(source, job, paths, summary)


def _report(source: str, job: Job, paths: OutputPaths, summary: Summary) -> None:
    if summary.frames and not job.quiet:
        stream = sys.stdout if paths else sys.stderr  # without files the rows are on stdout
        written = [f"wrote {path}" for path in paths.values()]
        print(f"{without_secrets(source)}: {summary}", *written, sep="\n", file=stream)


def _follow(source: str, job: Job, tracker: MultiTracker, paths: OutputPaths, summary: Summary) -> None:
    with ExitStack() as stack:
        frames = stack.enter_context(_open(source, job))
        frames_ahead = stack.enter_context(closing(prefetch(frames)))
        first = next(frames_ahead)
        boxes = job.first_boxes(first)
        job.check_against(first, len(boxes))
        results = _of(first, tracker.init(first.image, boxes))
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
            known = earlier.take(frame) if earlier else None
            if frame is not first and known and earlier.is_checked(frame):
                earlier.compare(_next(tracker, frame, reinit.get(frame.index), None))
                results = known
            elif frame is not first:
                results = _next(tracker, frame, reinit.get(frame.index), known)
            picture = outputs.write(frame, results, draw=window is not None)
            summary.add(results)
            progress.update()
            if window and not _show(window, picture, frame, tracker):
                return
        if earlier:
            earlier.finish()


def _next(
    tracker: MultiTracker, frame: VideoFrame, reinit: Box | None, known: list[TrackResult] | None
) -> list[TrackResult]:
    """Start again where that was asked for, take over what is known already, or track."""
    if reinit:
        started = [tracker.reinit(frame.image, id, reinit) for id in tracker.ids]
        return known or _of(frame, started)
    if known:
        tracker.resume(frame.image, known)
        return known
    return _of(frame, tracker.update(frame.image))


def _of(frame: VideoFrame, results: Sequence[TrackResult]) -> list[TrackResult]:
    return [replace(each, frame=frame.index, time_s=frame.time_s) for each in results]


def _open(source: str, job: Job) -> Source:
    return open_source(
        source,
        start=parse_position(job.start) if job.start else None,
        end=parse_position(job.end) if job.end else None,
        stride=job.stride,
    )


def _show(window: Window, picture: Frame, frame: VideoFrame, tracker: MultiTracker) -> bool:
    """Show a frame and obey the keys; False when the user wants to end."""
    key = window.show(picture)
    if key == REDRAW_KEY:
        with suppress(BoxError, DisplayError):  # nothing was drawn: go on as before
            for id, box in zip(tracker.ids, select_boxes(frame.image), strict=False):
                tracker.reinit(frame.image, id, box)
    return key not in QUIT_KEYS
