"""Time the stages of a frame, one after the other."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import mean, median
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from benchmarks.speed.clip import FPS, SIZE
from tracker.boxes import Box
from tracker.tracking import searching
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.tracker import Tracker
from tracker.video import VideoSink, draw_result, open_source

P = ParamSpec("P")
R = TypeVar("R")

# Stages of Tracker.update: for each function, the module or class that holds it and its table row.
STAGES = {
    "crop_squares": (searching, "crop"),
    "extract": (searching, "network"),
    "respond": (searching, "correlate"),
    "upsample": (searching, "upsample"),
    "refine": (searching, "box head"),
    "learn": (Exemplar, "learn"),
}


def stage_times(clip: Path, box: Box, model: str, folder: str) -> dict[str, float]:
    """Return the milliseconds of each stage of a frame.

    Args:
        clip: the video.
        box: of the object in its first frame.
        model: name of a shipped model.
        folder: where to write the output video.

    Returns:
        Medians over the frames, for those of ``STAGES`` that the model has. ``learn`` is a mean
        over all frames, since it happens in few of them; ``update`` is given as both.
    """
    times: dict[str, list[float]] = defaultdict(list)
    tracker = Tracker(model, "cpu")
    with (
        open_source(clip) as source,
        VideoSink(Path(folder) / "out.mp4", SIZE, FPS, overwrite=True) as sink,
    ):
        read = timed(iter(source).__next__, times["decode"])
        tracker.init(read().image, box)
        with timed_stages(times):
            update, draw = timed(tracker.update, times["update"]), timed(draw_result, times["draw"])
            write = timed(sink.write, times["hand to encoder"])
            for _ in range(source.frame_count - 1):
                frame = read()
                draw(frame.image, update(frame.image))
                write(frame.image, frame.time_s)
    learn = sum(times.pop("learn", [])) / len(times["update"])
    report = {name: median(values) for name, values in times.items() if values}
    report |= {"learn, mean": learn, "update, mean": mean(times["update"])}
    return {name: 1000 * seconds for name, seconds in report.items()}


@contextmanager
def timed_stages(times: dict[str, list[float]]) -> Iterator[None]:
    """Time the stages of ``Tracker.update`` by replacing the functions that it calls.

    Learning crops and embeds once more: stages within a stage are not counted.
    """
    running: list[str] = []

    def staged(function: Callable[P, R], stage: str) -> Callable[P, R]:
        measured = timed(function, times[stage])

        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            if running:
                return function(*args, **kwargs)
            running.append(stage)
            try:
                return measured(*args, **kwargs)
            finally:
                running.pop()

        return wrapper

    with ExitStack() as patches:
        for name, (owner, stage) in STAGES.items():
            patches.enter_context(patch.object(owner, name, staged(getattr(owner, name), stage)))
        yield


def timed(function: Callable[P, R], seconds: list[float]) -> Callable[P, R]:
    """Return the function, changed so that it appends the duration of each call to ``seconds``."""

    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            seconds.append(time.perf_counter() - started)

    return wrapper
