"""Time the whole loop and its stages, next to OpenCV's own tracker.

    python -m benchmarks.speed.whole_loop [--seconds 12] [--threads N] [--json FILE]
    python -m benchmarks.speed.whole_loop --device cuda [--frames 128] [--json FILE] [--plot FILE]

Makes a 1280x720 H.264 clip (the project's sample clip, forwards and backwards until it is long
enough). On the CPU these take turns, several rounds of each:

    whole loop   decode, track, draw and encode, as `tracker track -o` does, for every shipped model
    peer         the same loop with `cv2.TrackerMIL`, the only tracker in opencv-python that needs
                 no model file

Then each stage of a frame is timed, one after the other in one thread. Reports medians over the
rounds and over the frames, and the peak memory after one pass over the clip and after all. Work
that is done in every few frames does not show in a median: it is given as a mean over all frames.

With ``--device cuda`` see ``benchmarks/speed/gpu.py``.
"""

import argparse
import json
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import cv2
import torch
from tqdm import tqdm

from benchmarks.jobs import use_threads
from benchmarks.machine import cpu_name, peak_memory_mib
from benchmarks.speed import gpu
from benchmarks.speed.clip import FPS, SIZE, make_clip, shipped_models
from benchmarks.speed.stages import stage_times
from tracker.boxes import Box
from tracker.frames import Frame
from tracker.result import TrackResult
from tracker.tracking.tracker import Tracker
from tracker.video import VideoSink, draw_result, open_source, prefetch


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    use_threads(args.threads)
    models = shipped_models()
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        with ProcessPoolExecutor(1) as helper:  # another process, so that its memory is not counted
            box = helper.submit(make_clip, clip, args.seconds * FPS).result()
        if args.device == "cuda":
            gpu.run(clip, box, models, args)
            return
        report = measure(clip, box, models, args.rounds, folder)
    report |= {"threads": args.threads, "frames": args.seconds * FPS}
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")


def parse_arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=12, help="length of the clip")
    parser.add_argument("--rounds", type=int, default=5, help="repetitions of every measurement")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--frames", type=int, default=128, help="of the clip, used on a GPU")
    parser.add_argument("--plot", type=Path, help="draw the numbers of a GPU to this file")
    return parser.parse_args()


def measure(clip: Path, box: Box, models: list[str], rounds: int, folder: str) -> dict[str, Any]:
    """Time whole loops and stages on the CPU; ``folder`` is for output videos."""
    whole_loop(Tracker(models[0], "cpu"), clip, box, folder)  # warm up
    memory_once = peak_memory_mib()
    fps: dict[str, list[float]] = defaultdict(list)
    for _ in tqdm(range(rounds), unit="round", disable=None):
        for name in (*models, "OpenCV MIL"):
            tracker = Tracker(name, "cpu") if name in models else MilTracker()
            started = time.perf_counter()
            frames = whole_loop(tracker, clip, box, folder)
            fps[name].append(frames / (time.perf_counter() - started))
    memory_all = peak_memory_mib()
    return {
        "machine": cpu_name(),
        "versions": {"torch": torch.__version__, "opencv": cv2.__version__},
        "fps": {name: median(values) for name, values in fps.items()},
        "fps_range": {name: [min(values), max(values)] for name, values in fps.items()},
        "stages_ms": {name: stage_times(clip, box, name, folder) for name in models},
        "peak_memory_mib": [memory_once, memory_all],
    }


class MilTracker:
    """OpenCV's MIL tracker with the methods of `Tracker`."""

    def __init__(self) -> None:
        self._tracker = cv2.TrackerMIL.create()

    def init(self, frame: Frame, box: Box) -> TrackResult:
        """Start on the box."""
        self._tracker.init(frame, tuple(round(side) for side in box))
        return TrackResult(0, None, 1, box, 1.0, "tracking")

    def update(self, frame: Frame) -> TrackResult:
        """Follow the object into the next frame."""
        found, box = self._tracker.update(frame)
        x, y, w, h = map(float, box)
        return TrackResult(0, None, 1, (x, y, w, h), float(found), "tracking")


def whole_loop(tracker: Tracker | MilTracker, clip: Path, box: Box, folder: str) -> int:
    """Decode, track, draw and encode, overlapped as on the command line; return the frame count."""
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


def print_report(report: dict[str, Any]) -> None:
    """Print the tables."""
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
