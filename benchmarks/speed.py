"""How fast the whole loop is, and where the time goes, next to OpenCV's own tracker.

    python benchmarks/speed.py [--seconds 12] [--threads N] [--json FILE]
    python benchmarks/speed.py --device cuda [--frames 128] [--json FILE] [--plot FILE]

Makes a 1280x720 H.264 clip (the project's sample clip, forwards and backwards until it is long
enough) and runs, on the processor, in turn and repeatedly,

    whole loop   decode + track + draw + encode, as `tracker track -o` does, for every shipped model
    peer         the same loop around `cv2.TrackerMIL`, the one OpenCV tracker in opencv-python
                 that needs no model file

and, one after the other in one thread of control, the stages of a frame. Reports medians over the
rounds and over the frames, and the peak memory after one and after all passes over the clip. What
is done every few frames only would not show in a median: it is given as a mean over all frames.

What ``--device cuda`` measures is in ``speed_gpu.py``.
"""

import argparse
import json
import platform
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import mean, median
from unittest.mock import patch

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import cv2
import numpy as np
import speed_gpu
import torch
from jobs import use_threads
from tqdm import tqdm

from tracker.boxes import Box
from tracker.models import available_models
from tracker.result import TrackResult
from tracker.synthetic.sample import SampleClip
from tracker.tracking import searching
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.tracker import Tracker
from tracker.video import VideoSink, draw_result, open_source, prefetch

SIZE = (1280, 720)
FPS = 25
STAGES = {  # of Tracker.update: whose function it is, and what the table calls it
    "crop_squares": (searching, "crop"),
    "extract": (searching, "network"),
    "respond": (searching, "correlate"),
    "upsample": (searching, "upsample"),
    "refine": (searching, "box head"),
    "learn": (Exemplar, "learn"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=12, help="length of the clip")
    parser.add_argument("--rounds", type=int, default=5, help="repetitions of every measurement")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--frames", type=int, default=128, help="of the clip, held on a GPU")
    parser.add_argument("--plot", type=Path, help="draw those of a GPU to this file")
    args = parser.parse_args()
    use_threads(args.threads)

    models = shipped_models()
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        with ProcessPoolExecutor(1) as helper:  # its memory is not the tracker's
            box = helper.submit(make_clip, clip, args.seconds * FPS).result()
        if args.device == "cuda":
            speed_gpu.run(clip, box, models, args)
            return
        whole_loop(Tracker(models[0], "cpu"), clip, box, folder)  # warm up
        memory_once = peak_memory_mib()
        fps: dict[str, list[float]] = defaultdict(list)
        for _ in tqdm(range(args.rounds), unit="round", disable=None):
            for name in (*models, "OpenCV MIL"):
                tracker = Tracker(name, "cpu") if name in models else MilTracker()
                started = time.perf_counter()
                frames = whole_loop(tracker, clip, box, folder)
                fps[name].append(frames / (time.perf_counter() - started))
        memory_all = peak_memory_mib()
        stages = {name: stage_times(clip, box, name, folder) for name in models}

    report = {
        "machine": machine(),
        "threads": args.threads,
        "versions": {"torch": torch.__version__, "opencv": cv2.__version__},
        "frames": args.seconds * FPS,
        "fps": {name: median(values) for name, values in fps.items()},
        "fps_range": {name: [min(values), max(values)] for name, values in fps.items()},
        "stages_ms": stages,
        "peak_memory_mib": [memory_once, memory_all],
    }
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")


def shipped_models() -> list[str]:
    """Every model that has weights, the default one first."""
    return [name for name, is_there in available_models().items() if is_there]


def make_clip(path: Path, frames: int) -> Box:
    """Write the clip; return the target's box in its first frame."""
    clip = SampleClip(SIZE)
    pictures = [clip.frame(index) for index in range(0, len(clip), 2)]
    there_and_back = [*pictures, *pictures[::-1]]
    with VideoSink(path, SIZE, FPS) as sink:
        for index in range(frames):
            sink.write(there_and_back[index % len(there_and_back)], index / FPS)
    return clip.truth(0)


class MilTracker:
    """OpenCV's MIL tracker in the common form of this benchmark."""

    def __init__(self) -> None:
        self._tracker = cv2.TrackerMIL.create()

    def init(self, frame: np.ndarray, box: Box) -> TrackResult:
        self._tracker.init(frame, tuple(round(side) for side in box))
        return TrackResult(0, None, 1, box, 1.0, "tracking")

    def update(self, frame: np.ndarray) -> TrackResult:
        found, box = self._tracker.update(frame)
        return TrackResult(0, None, 1, tuple(map(float, box)), float(found), "tracking")


def whole_loop(tracker: Tracker | MilTracker, clip: Path, box: Box, folder: str) -> int:
    """Decode, track, draw and encode, overlapped as the command line does; the frames done."""
    target = Path(folder) / "out.mp4"
    with (
        open_source(clip) as source,
        closing(prefetch(source)) as frames,
        VideoSink(target, SIZE, FPS, overwrite=True) as sink,
    ):
        for count, frame in enumerate(frames, start=1):
            result = tracker.init(frame.image, box) if count == 1 else tracker.update(frame.image)
            draw_result(frame.image, result)
            sink.write(frame.image, frame.time_s)
    return count


def stage_times(clip: Path, box: Box, model: str, folder: str) -> dict[str, float]:
    """Milliseconds of each stage of a frame, run one after the other.

    Returns:
        Medians over the frames, of those of ``STAGES`` that the model has; ``learn`` is a mean over
        all frames, ``update`` is given as both.
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
    """Time what ``Tracker.update`` is made of, by the names that it calls.

    To learn, the exemplar crops and embeds once more: within a stage no other is counted.
    """
    running: list[str] = []

    def staged(function: Callable, stage: str) -> Callable:
        measured = timed(function, times[stage])

        def wrapper(*args, **kwargs):
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


def timed(function: Callable, into: list[float]) -> Callable:
    def wrapper(*args, **kwargs):
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            into.append(time.perf_counter() - started)

    return wrapper


def machine() -> str:
    """The processor's name where Linux tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def peak_memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_report(report: dict) -> None:
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    print(
        f"{report['machine']}, {report['threads']} threads, {versions}; "
        f"1280x720, {report['frames']} frames\n"
    )
    print("| whole loop | fps (median) | range |\n|---|---|---|")
    for name, fps in report["fps"].items():
        low, high = report["fps_range"][name]
        print(f"| {name} | {fps:.1f} | {low:.1f}-{high:.1f} |")
    models = report["stages_ms"]
    print("\n| stage, ms |", *(f"{name} |" for name in models))
    print("|---|" + "---|" * len(models))
    for stage in dict.fromkeys(stage for times in models.values() for stage in times):
        cells = [f"{times[stage]:.2f}" if stage in times else "-" for times in models.values()]
        print(f"| {stage} |", *(f"{cell} |" for cell in cells))
    once, after = report["peak_memory_mib"]
    print(f"\npeak memory: {once:.0f} MiB after one pass, {after:.0f} MiB after all")


if __name__ == "__main__":
    main()
