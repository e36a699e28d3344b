"""Time tracking many objects in one pass, next to one pass per object.

    python -m benchmarks.speed.objects [--objects 16] [--most 64] [--frames 100] [--long 2000]

Makes a 1280x720 H.264 clip (the sample clip, forwards and backwards) and follows boxes all over it:
decode and track, as ``tracker track --save-csv`` does. All objects are followed in one pass over
the clip, and some of them each in a pass of its own. Then it measures the time per frame and object
for 1, 2, 4, ... objects in one pass, and with ``--long`` the memory during a pass of so many
frames.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import numpy as np
import torch

from benchmarks.jobs import use_threads
from benchmarks.machine import cpu_name, resident_memory_mib
from benchmarks.speed.clip import SIZE, grid, make_clip
from tracker.boxes import Box
from tracker.tracking.multi_tracker import MultiTracker
from tracker.video import open_source, prefetch

SEPARATE = 4  # how many objects are also followed alone; the others would take as long


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    use_threads(args.threads)
    tracker = MultiTracker("default", "cpu")
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        with ProcessPoolExecutor(1) as helper:  # another process, so that its memory is not counted
            helper.submit(make_clip, clip, max(args.frames, args.long)).result()
        follow(tracker, clip, grid(1), 10)  # warm up
        alone = [follow(tracker, clip, [box], args.frames) for box in grid(args.objects)[:SEPARATE]]
        together = follow(tracker, clip, grid(args.objects), args.frames)
        counts = [2**power for power in range(args.most.bit_length()) if 2**power <= args.most]
        curve = {n: follow(tracker, clip, grid(n), args.frames // 2) for n in counts}
        memory = memory_of(tracker, clip, grid(args.objects), args.long) if args.long else []
    report: dict[str, Any] = {
        "machine": cpu_name(),
        "threads": args.threads,
        "objects": args.objects,
        "separate_object_frames_per_s": 1 / float(np.mean(alone)),
        "together_object_frames_per_s": args.objects / together,
        "ms_per_frame_and_object": {n: 1000 * seconds / n for n, seconds in curve.items()},
        "memory_mib": memory,
    }
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")
    if args.plot:
        plot(report["ms_per_frame_and_object"], args.plot)


def parse_arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", type=int, default=16)
    parser.add_argument("--most", type=int, default=64, help="objects at the end of the curve")
    parser.add_argument("--frames", type=int, default=100, help="of each pass")
    parser.add_argument("--long", type=int, default=0, help="frames of the pass for memory")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--plot", type=Path, help="draw the curve to this file")
    return parser.parse_args()


def follow(tracker: MultiTracker, clip: Path, boxes: Sequence[Box], frames: int) -> float:
    """Return the seconds per frame, decoding included, in one pass over the first frames."""
    with open_source(str(clip)) as source, closing(prefetch(source)) as ahead:
        tracker.init(next(ahead).image, boxes)
        started = time.perf_counter()
        for frame in islice(ahead, frames):
            tracker.update(frame.image)
        return (time.perf_counter() - started) / frames


def memory_of(tracker: MultiTracker, clip: Path, boxes: Sequence[Box], frames: int) -> list[float]:
    """Return the resident MiB at regular moments of one long pass."""
    used = []
    with open_source(str(clip)) as source, closing(prefetch(source)) as ahead:
        tracker.init(next(ahead).image, boxes)
        for number, frame in enumerate(islice(ahead, frames - 1), 1):
            tracker.update(frame.image)
            if number % (frames // 10) == 0:
                used.append(resident_memory_mib())
    return used


def print_report(report: dict[str, Any]) -> None:
    """Print the tables."""
    separate = report["separate_object_frames_per_s"]
    together = report["together_object_frames_per_s"]
    print(f"{report['machine']}, {report['threads']} threads, clip of {SIZE[0]}x{SIZE[1]}")
    print(
        f"{report['objects']} objects, object-frames per second: "
        f"one after another {separate:.1f}, together {together:.1f} "
        f"({together / separate:.2f} times)"
    )
    print("| objects | ms per frame and object |\n|---|---|")
    for count, ms in report["ms_per_frame_and_object"].items():
        print(f"| {count} | {ms:.1f} |")
    if report["memory_mib"]:
        print("MiB over the long pass:", ", ".join(f"{mib:.0f}" for mib in report["memory_mib"]))


def plot(curve: dict[int, float], path: Path) -> None:
    """Draw the time per frame and object over the number of objects."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(list(curve), list(curve.values()), marker="o")
    axes.set(xscale="log", xlabel="objects", ylabel="ms per frame and object", ylim=(0, None))
    axes.set_xticks(list(curve), [str(count) for count in curve])
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
