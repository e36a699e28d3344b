"""Time tracking on a GPU: frames per second, latency, stages, waits.

Frames come from the host one by one, as in ``MultiTracker.update``; each is timed from the frame to
its results. Rows are in float32 and in bfloat16, for two kinds of settings:

    steady       nothing is learned or called lost, so that all work is in the captured graph; 1 to
                 256 objects
    as shipped   the settings of the model; 1 to 16 objects

Also measured: the whole loop of decoding and tracking one object, and ``EagerSiamFC`` with and
without ``torch.compile``, whose times count only if its boxes are ours.
"""

import json
import time
import warnings
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from benchmarks.speed.clip import grid
from benchmarks.speed.eager_siamfc import EagerSiamFC
from benchmarks.speed.gpu_report import plot, print_report
from tracker.boxes import Box
from tracker.frames import Frame, frame_size
from tracker.tracking.engine import PRECISIONS, Engine
from tracker.tracking.tracker import Tracker
from tracker.video import open_source, prefetch

STEADY: dict[str, Any] = {"filter_interval": 1_000_000, "lost_score": 0.0}
KINDS: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {  # settings, numbers of objects
    "steady": (STEADY, (1, 4, 16, 64, 256)),
    "as shipped": ({}, (1, 4, 16)),
}
AGREES = 0.5  # pixels in any side of any box
SECONDS = 0.4  # least time of a measurement
STAGES = {  # parts of the names of kernels, tried in this order; all others are the network's
    "crop": ("crop_kernel",),
    "correlation": ("direct_", "tensor_core", "simple_kernel"),
    "peak": ("peak_kernel",),
    "decide": ("decide_kernel",),
    "copies": ("Memcpy", "Memset"),
}
WAITS = ("cudaStreamSynchronize", "cudaEventSynchronize", "cudaDeviceSynchronize", "cudaMemcpy")


def run(clip: Path, box: Box, models: Sequence[str], args: Namespace) -> None:
    """Measure, print the tables, and write the files that the arguments name."""
    cv2.setNumThreads(args.threads)
    report = measure(clip, box, models, args.frames)
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")
    if args.plot:
        plot(report["ours"], args.plot)


def measure(clip: Path, box: Box, models: Sequence[str], count: int) -> dict[str, Any]:
    """Measure everything on the first frames of a clip."""
    with open_source(clip) as source:
        frames = [frame.image for frame in islice(source, count)]
    return {
        "gpu": torch.cuda.get_device_name(),
        "versions": {"torch": torch.__version__, "CUDA": torch.version.cuda},
        "frame": frame_size(frames[0]),
        "eager": list(eager_rows(box, frames)),
        "ours": [row for model in models for row in our_rows(model, box, frames)],
        "whole loop fps": {model: whole_loop(model, clip, box) for model in models},
        "profile": profiled(models[0], box, frames),
    }


def our_rows(model: str, box: Box, frames: list[Frame]) -> Iterator[dict[str, Any]]:
    """Yield a row for each kind of settings, precision, and number of objects."""
    for kind, (settings, counts) in KINDS.items():
        engines = {
            precision: Engine(model, "cuda", precision, **settings) for precision in PRECISIONS
        }
        boxes = [box, *grid(max(counts))[:-1]]
        started = [engines["float32"].start(frames[0], each) for each in boxes]
        for (precision, engine), count in product(engines.items(), counts):
            targets = started[:count]
            times = latencies(partial(engine.follow, targets=targets), frames)
            yield {
                "model": model,
                "kind": kind,
                "precision": precision,
                "objects": count,
                "fps": 1000 / float(np.mean(times)),
                "latency": percentiles(times),
                "lost": sum(target.presence.is_lost for target in targets),
            }


def latencies(step: Callable[[Frame], object], frames: list[Frame]) -> list[float]:
    """Return the milliseconds of a step, from the frame to its results, in frames in a row."""
    for frame in frames[:3]:
        step(frame)  # captures
    times: list[float] = []
    for frame in cycle(frames):
        if sum(times) >= 1000 * SECONDS:
            break
        started = time.perf_counter()
        step(frame)
        times.append(1000 * (time.perf_counter() - started))
    return times


def percentiles(times: list[float]) -> dict[str, float]:
    """Return the median and the upper percentiles."""
    return {f"p{share}": float(np.percentile(times, share)) for share in (50, 90, 99)}


def whole_loop(model: str, clip: Path, box: Box) -> float:
    """Return the frames per second of tracking while another thread decodes."""
    tracker = Tracker(model, "cuda")
    with open_source(clip) as source, closing(prefetch(source)) as frames:
        tracker.init(next(frames).image, box)
        tracker.update(next(frames).image)  # captures
        started = time.perf_counter()
        done = sum(1 for frame in frames if tracker.update(frame.image))
    return done / (time.perf_counter() - started)


def eager_rows(box: Box, frames: list[Frame]) -> Iterator[dict[str, Any]]:
    """Yield a row for each variant of the eager port, with times if its boxes are ours."""
    engine = Engine("siamfc", "cuda", **STEADY)
    targets = [engine.start(frames[0], box)]
    ours = [engine.follow(frame, targets)[0].box for frame in frames[1:]]
    for name, compiled in (("eager", False), ("torch.compile", True)):
        port = EagerSiamFC("cuda", compiled)
        try:
            port.init(frames[0], box)
            theirs = [port.update(frame) for frame in frames[1:]]
        except Exception as error:  # torch.compile needs a compiler, which may be missing
            warnings.warn(f"{name} is left out: {error}", RuntimeWarning, stacklevel=2)
            continue
        difference = float(np.abs(np.subtract(ours, theirs)).max())
        row: dict[str, Any] = {"name": name, "differs by": difference}
        if difference <= AGREES:
            row["times"] = percentiles(latencies(port.update, frames))
        yield row


def profiled(model: str, box: Box, frames: list[Frame]) -> dict[str, Any]:
    """Return the share of each stage in a steady frame, and how often the host waits."""
    engine = Engine(model, "cuda", **STEADY)
    targets = [engine.start(frames[0], box)]
    for frame in frames[1:9]:  # captures
        engine.follow(frame, targets)
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as trace:
        for frame in frames[9:]:
            engine.follow(frame, targets)
    microseconds: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    for event in trace.key_averages():
        if event.device_type == DeviceType.CUDA:
            microseconds[stage_of(event.key)] += event.self_device_time_total
        if event.key in WAITS or event.key == "cudaGraphLaunch":
            calls[event.key] += event.count
    total = sum(microseconds.values())
    return {
        "frames": len(frames) - 9,
        "us on the device per frame": total / (len(frames) - 9),
        "share": {stage: time / total for stage, time in microseconds.items()},
        "calls": dict(calls),
    }


def stage_of(kernel: str) -> str:
    """Return the stage of a frame that a kernel belongs to, by its name."""
    for stage, parts in STAGES.items():
        if any(part in kernel for part in parts):
            return stage
    return "network"
