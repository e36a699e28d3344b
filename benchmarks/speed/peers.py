"""Time the updates of trackers in turn: ours, the usual way to write SiamFC, and OpenCV's.

    python -m benchmarks.speed.peers [--threads 2] [--rounds 5] [--contrib PYTHON] [--json FILE]

Reports frames per second of `update` alone on the CPU, on 640x480 frames that are in memory before
the clock starts: the left part of the project's sample clip. Trackers run one at a time and take
turns; medians over the rounds are reported. The mean overlap with the truth shows whether a tracker
still follows the object: a tracker that has lost it can be fast.

    our models   those that have weights; learning, done in every few frames, is included
    eager port   three-scale SiamFC on PyTorch as the well-known ports have it (`PortedSiamFC`)
    OpenCV       MIL, and CSRT and KCF if PYTHON, an interpreter of another environment, has
                 opencv-contrib-python; each in a process of its own
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.jobs import use_threads
from benchmarks.machine import cpu_name
from benchmarks.speed.clip import shipped_models
from benchmarks.speed.ported_siamfc import PortedSiamFC
from tracker.boxes import Box, overlap
from tracker.result import TrackResult
from tracker.synthetic.sample import FRAMES, SampleClip
from tracker.tracking.tracker import Tracker

WIDTH, HEIGHT = 640, 480
CLIP_WIDTH = 854  # the clip is 16:9
FOLLOWS = 0.4  # least mean overlap of the port with trained weights; else it is left out
PORT = "SiamFC, eager port"


class PeerTiming(NamedTuple):
    """One pass over the clip: seconds of all updates together, and the boxes that they returned."""

    seconds: float
    boxes: list[Box]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=FRAMES, help=f"3 to {FRAMES} of the clip")
    parser.add_argument("--contrib", metavar="PYTHON", help="it has opencv-contrib-python")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    args = parser.parse_args()
    use_threads(args.threads)

    frames, truth = make_clip(args.frames)
    models, versions = shipped_models(), {"torch": torch.__version__, "opencv": cv2.__version__}
    is_trained = "siamfc" in models
    opencv = {"MIL": sys.executable}
    if args.contrib:
        ask = [args.contrib, "-c", "import cv2; print(cv2.__version__)"]
        versions["opencv-contrib"] = subprocess.check_output(ask, text=True).strip()
        opencv |= {"CSRT": args.contrib, "KCF": args.contrib}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.npy"
        np.save(path, frames)

        def run(name: str) -> PeerTiming:
            if name in opencv:
                return run_opencv(opencv[name], name, path, truth[0], args.threads)
            tracker = PortedSiamFC(is_trained) if name == PORT else Tracker(name, "cpu")
            return run_here(tracker, frames, truth[0])

        names = [*models, PORT, *opencv]
        # The first pass warms up, and shows which trackers follow the object.
        overlaps = {name: float(overlap(run(name).boxes, truth[1:]).mean()) for name in names}
        if is_trained and overlaps[PORT] < FOLLOWS:
            print(f"{PORT} is left out: its overlap is {overlaps[PORT]:.2f}", file=sys.stderr)
            names.remove(PORT)
        fps: dict[str, list[float]] = {name: [] for name in names}
        for _ in tqdm(range(args.rounds), unit="round", disable=None):
            for name in names:
                fps[name].append((args.frames - 1) / run(name).seconds)

    default = median(fps[models[0]])
    report = {
        "machine": cpu_name(),
        "threads": args.threads,
        "versions": versions,
        "frames": args.frames,
        "rounds": args.rounds,
        "port_weights": "siamfc" if is_trained else "random",
        "trackers": {
            name: {
                "fps": median(values),
                "fps_range": [min(values), max(values)],
                "ratio": median(values) / default,
                "mean_overlap": None if name == PORT and not is_trained else overlaps[name],
            }
            for name, values in fps.items()
        },
    }
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")


def make_clip(count: int) -> tuple[NDArray[np.uint8], list[Box]]:
    """Make frames ``(N, H, W, 3)`` and true boxes: the left part of the sample clip.

    Its target never leaves that part.
    """
    clip = SampleClip((CLIP_WIDTH, HEIGHT), count)
    frames, truth = zip(*((frame[:, :WIDTH], box) for frame, box in clip), strict=True)
    return np.stack(frames), list(truth)


def run_here(tracker: Tracker | PortedSiamFC, frames: NDArray[np.uint8], box: Box) -> PeerTiming:
    """Follow the object in this process."""
    tracker.init(frames[0], box)
    boxes: list[Box] = []
    seconds = 0.0
    for frame in frames[1:]:
        started = time.perf_counter()
        result = tracker.update(frame)
        seconds += time.perf_counter() - started
        boxes.append(result.box if isinstance(result, TrackResult) else result)
    return PeerTiming(seconds, boxes)


def run_opencv(python: str, kind: str, clip: Path, box: Box, threads: int) -> PeerTiming:
    """Follow the object with OpenCV's tracker in a child process."""
    script = Path(__file__).with_name("contrib_tracker.py")
    command = [python, str(script), str(clip), kind, ",".join(map(str, box)), str(threads)]
    return PeerTiming(**json.loads(subprocess.check_output(command)))


def print_report(report: dict[str, Any]) -> None:
    """Print the table."""
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    print(
        f"{report['machine']}, {report['threads']} threads, {versions}; {WIDTH}x{HEIGHT}, "
        f"{report['frames']} frames, {report['rounds']} rounds; weights of the port: "
        f"{report['port_weights']}\n"
    )
    print("| tracker | fps (median) | range | ratio | mean overlap |\n|---|---|---|---|---|")
    for name, row in report["trackers"].items():
        low, high = row["fps_range"]
        followed = "-" if row["mean_overlap"] is None else f"{row['mean_overlap']:.2f}"
        speed = f"{row['fps']:.1f} | {low:.1f}-{high:.1f} | {row['ratio']:.2f}"
        name = f"OpenCV {name}" if name in ("MIL", "CSRT", "KCF") else name
        print(f"| {name} | {speed} | {followed} |")


if __name__ == "__main__":
    main()
