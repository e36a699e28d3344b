"""How fast the whole loop is, and where the time goes, next to OpenCV's own tracker.

    python benchmarks/speed.py [--seconds 12] [--threads N] [--json FILE]

Makes a 1280x720 H.264 clip (the project's sample clip, forwards and backwards until it is long
enough) and runs, in turn and repeatedly,

    whole loop   decode + track + draw + encode, as `tracker track -o` does, 3 scales and 1 scale
    peer         the same loop around `cv2.TrackerMIL`, the one OpenCV tracker in opencv-python
                 that needs no model file

and, one after the other in one thread of control, the stages of a frame. Reports medians over the
rounds, and the peak memory after one and after all passes over the clip.
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
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import cv2
import numpy as np
import torch
from tqdm import tqdm

from tracker import tracking
from tracker.boxes import Box
from tracker.datasets.synthetic import SampleClip
from tracker.result import TrackResult
from tracker.tracking import Tracker
from tracker.video import VideoSink, draw_result, open_source, prefetch

SIZE = (1280, 720)
FPS = 25
PEER_FRAMES = 25  # MIL takes a good part of a second for each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=12, help="length of the clip")
    parser.add_argument("--rounds", type=int, default=5, help="repetitions of every measurement")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        with ProcessPoolExecutor(1) as helper:  # its memory is not the tracker's
            box = helper.submit(make_clip, clip, args.seconds * FPS).result()
        runs: dict[str, Callable[[], int]] = {
            "3 scales": lambda: whole_loop(OurTracker(3), clip, box, folder),
            "1 scale": lambda: whole_loop(OurTracker(1), clip, box, folder),
            "OpenCV MIL": lambda: whole_loop(MilTracker(), clip, box, folder, PEER_FRAMES),
        }
        runs["3 scales"]()  # warm up
        memory_once = peak_memory_mib()
        fps: dict[str, list[float]] = defaultdict(list)
        for _ in tqdm(range(args.rounds), unit="round", disable=None):
            for name, run in runs.items():
                started = time.perf_counter()
                frames = run()
                fps[name].append(frames / (time.perf_counter() - started))
        memory_all = peak_memory_mib()
        stages = {scales: stage_times(clip, box, scales, folder) for scales in (3, 1)}

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


def make_clip(path: Path, frames: int) -> Box:
    """Write the clip; return the target's box in its first frame."""
    clip = SampleClip(SIZE)
    pictures = [clip.frame(index) for index in range(0, len(clip), 2)]
    there_and_back = [*pictures, *pictures[::-1]]
    with VideoSink(path, SIZE, FPS) as sink:
        for index in range(frames):
            sink.write(there_and_back[index % len(there_and_back)], index / FPS)
    return clip.truth(0)


class OurTracker:
    """The project's tracker in the common form of this benchmark."""

    def __init__(self, num_scales: int) -> None:
        self._tracker = Tracker(num_scales=num_scales)
        self.init, self.update = self._tracker.init, self._tracker.update


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


def whole_loop(
    tracker: OurTracker | MilTracker, clip: Path, box: Box, folder: str, end: int | None = None
) -> int:
    """Decode, track, draw and encode, overlapped as the command line does; the frames done."""
    target = Path(folder) / "out.mp4"
    with (
        open_source(clip, end=end) as source,
        closing(prefetch(source)) as frames,
        VideoSink(target, SIZE, FPS, overwrite=True) as sink,
    ):
        for count, frame in enumerate(frames, start=1):
            result = tracker.init(frame.image, box) if count == 1 else tracker.update(frame.image)
            draw_result(frame.image, result)
            sink.write(frame.image, frame.time_s)
    return count


def stage_times(clip: Path, box: Box, num_scales: int, folder: str) -> dict[str, float]:
    """Median milliseconds of each stage of a frame, run one after the other."""
    times: dict[str, list[float]] = defaultdict(list)
    tracker = Tracker(num_scales=num_scales)
    with (
        timed_functions(tracker, times),
        open_source(clip) as source,
        VideoSink(Path(folder) / "out.mp4", SIZE, FPS, overwrite=True) as sink,
    ):
        frames = timed(iter(source).__next__, times["decode"])
        first = frames()
        tracker.init(first.image, box)
        update = timed(tracker.update, times["update"])
        draw, write = timed(draw_result, times["draw"]), timed(sink.write, times["hand to encoder"])
        for _ in range(source.frame_count - 1):
            frame = frames()
            draw(frame.image, update(frame.image))
            write(frame.image, frame.time_s)
    return {name: 1000 * median(values) for name, values in times.items()}


@contextmanager
def timed_functions(tracker: Tracker, times: dict[str, list[float]]) -> Iterator[None]:
    """Time what ``Tracker.update`` is made of, by the names that it calls."""
    stages = {"crop_squares": "crop", "upsample": "upsample"}
    originals = {name: getattr(tracking, name) for name in stages}
    for name, stage in stages.items():
        setattr(tracking, name, timed(originals[name], times[stage]))
    tracker._embed = timed(tracker._embed, times["network"])
    tracker._correlate = timed(tracker._correlate, times["correlate"])
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(tracking, name, original)


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
    print(f"{report['machine']}, {report['threads']} threads, {versions}; "
          f"1280x720, {report['frames']} frames\n")  # fmt: skip
    print("| whole loop | fps (median) | range |\n|---|---|---|")
    for name, fps in report["fps"].items():
        low, high = report["fps_range"][name]
        print(f"| {name} | {fps:.1f} | {low:.1f}-{high:.1f} |")
    print("\n| stage, ms | 3 scales | 1 scale |\n|---|---|---|")
    for stage in report["stages_ms"][3]:
        three, one = (report["stages_ms"][scales][stage] for scales in (3, 1))
        print(f"| {stage} | {three:.2f} | {one:.2f} |")
    once, after = report["peak_memory_mib"]
    print(f"\npeak memory: {once:.0f} MiB after one pass, {after:.0f} MiB after all")


if __name__ == "__main__":
    main()
