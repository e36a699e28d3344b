"""What ``speed.py --device cuda`` measures: frames per second, latency, stages, waits.

    resident     frames lie on the device, results are read every few frames: what a GPU can do
    one by one   frames lie on the device, the result of each is waited for
    end to end   frames come from the host, one by one, as in ``MultiTracker.update``

each in float32 and in bfloat16, for 1 to 256 objects in the steady case, in which nothing is
learned or called lost, so that all is done in the captured graph, and for fewer with the settings
of the model; also the whole loop of decoding and tracking one. Beside it ``EagerSiamFC``, as it is
and through ``torch.compile``, whose boxes must be ours before its time counts.
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

import cv2
import numpy as np
import torch
from eager_siamfc import EagerSiamFC
from speed_gpu_plot import plot
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from tracker.boxes import Box
from tracker.frames import Frame
from tracker.tracking.cuda import MAX_AHEAD, DeviceFrame
from tracker.tracking.engine import PRECISIONS, Engine
from tracker.tracking.target import Target
from tracker.tracking.tracker import Tracker
from tracker.video import open_source, prefetch

STEADY = {"filter_interval": 1_000_000, "lost_score": 0.0}
KINDS = {"steady": (STEADY, (1, 4, 16, 64, 256)), "as shipped": ({}, (1, 4, 16))}
SIDE = 56  # of the boxes that are spread over the frame, pixels
AGREES = 0.5  # pixels in any side of any box
SECONDS = 0.4  # least time of a measurement
STAGES = {  # parts of the names of kernels, in this order; what is left is the network
    "crop": ("crop_kernel",),
    "correlation": ("direct_", "tensor_core", "simple_kernel"),
    "peak": ("peak_kernel",),
    "decide": ("decide_kernel",),
    "copies": ("Memcpy", "Memset"),
}
WAITS = ("cudaStreamSynchronize", "cudaEventSynchronize", "cudaDeviceSynchronize", "cudaMemcpy")


def measure(clip: Path, box: Box, models: Sequence[str], args: Namespace) -> dict:
    """All of it, on the frames of a clip, as what ``speed.py`` writes."""
    with open_source(clip) as source:
        frames = [frame.image for frame in islice(source, args.frames)]
    resident = [DeviceFrame(frame, torch.from_numpy(frame).cuda()) for frame in frames]
    return {
        "gpu": torch.cuda.get_device_name(),
        "versions": {"torch": torch.__version__, "CUDA": torch.version.cuda},
        "frame": [frames[0].shape[1], frames[0].shape[0]],
        "eager": list(eager_rows(box, resident)),
        "ours": [row for model in models for row in our_rows(model, box, resident)],
        "whole loop fps": {model: whole_loop(model, clip, box) for model in models},
        "profile": profiled(models[0], box, resident),
    }


def our_rows(model: str, box: Box, resident: list[DeviceFrame]) -> Iterator[dict]:
    """A row for each kind of settings, precision, and number of objects."""
    first = resident[0].image
    for kind, (settings, counts) in KINDS.items():
        engines = {
            precision: Engine(model, "cuda", precision, **settings) for precision in PRECISIONS
        }
        started = [
            engines["float32"].start(first, each) for each in spread(box, max(counts), first)
        ]
        for (precision, engine), count in product(engines.items(), counts):
            targets = started[:count]
            yield {
                "model": model,
                "kind": kind,
                "precision": precision,
                "objects": count,
                "resident fps": throughput(engine, targets, resident),
                "one by one": latencies(partial(one_by_one, engine, targets), resident),
                "end to end": latencies(partial(end_to_end, engine, targets), resident),
                "lost": sum(target.presence.is_lost for target in targets),
            }


def one_by_one(engine: Engine, targets: list[Target], frame: DeviceFrame) -> None:
    engine.follow_ahead([frame], targets)


def end_to_end(engine: Engine, targets: list[Target], frame: DeviceFrame) -> None:
    engine.follow(frame.image, targets)


def throughput(engine: Engine, targets: list[Target], resident: list[DeviceFrame]) -> float:
    """Frames per second when nothing waits that need not; in the steady case nothing must."""
    engine.follow_ahead(resident[:9], targets)  # captures
    endless, done = cycle(resident), 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < SECONDS:
        engine.follow_ahead(list(islice(endless, MAX_AHEAD)), targets)
        done += MAX_AHEAD
    return done / elapsed


def latencies(
    step: Callable[[DeviceFrame], object], resident: list[DeviceFrame]
) -> dict[str, float]:
    """Milliseconds from a frame to its results: percentiles."""
    for frame in resident[:3]:
        step(frame)
    times: list[float] = []
    for frame in cycle(resident):
        if sum(times) >= 1000 * SECONDS:
            break
        started = time.perf_counter()
        step(frame)
        times.append(1000 * (time.perf_counter() - started))
    return {f"p{share}": float(np.percentile(times, share)) for share in (50, 90, 99)}


def whole_loop(model: str, clip: Path, box: Box) -> float:
    """Frames per second with decoding, which runs beside it as in ``tracker track``."""
    tracker = Tracker(model, "cuda")
    with open_source(clip) as source, closing(prefetch(source)) as frames:
        tracker.init(next(frames).image, box)
        tracker.update(next(frames).image)  # captures
        started = time.perf_counter()
        done = sum(1 for frame in frames if tracker.update(frame.image))
    return done / (time.perf_counter() - started)


def eager_rows(box: Box, resident: list[DeviceFrame]) -> Iterator[dict]:
    """The port for one object, once its boxes are those of ours."""
    engine = Engine("siamfc", "cuda", **STEADY)
    targets = [engine.start(resident[0].image, box)]
    ours = [results[0].box for results in engine.follow_ahead(resident[1:], targets)]
    for name, compiled in (("eager", False), ("torch.compile", True)):
        port = EagerSiamFC("cuda", compiled)
        try:
            port.init(resident[0].image, box)
            theirs = [port.update(frame.image) for frame in resident[1:]]
        except Exception as error:  # torch.compile needs a compiler, which may be missing
            warnings.warn(f"{name} is left out: {error}", RuntimeWarning, stacklevel=2)
            continue
        row = {"name": name, "differs by": float(np.abs(np.subtract(ours, theirs)).max())}
        if row["differs by"] <= AGREES:
            row["times"] = latencies(lambda frame, port=port: port.update(frame.image), resident)
        yield row


def profiled(model: str, box: Box, resident: list[DeviceFrame]) -> dict:
    """Share of each stage of a steady frame, and how often the host waits for the device.

    While frames are enqueued, PyTorch makes an error of whatever waits.
    """
    engine = Engine(model, "cuda", **STEADY)
    targets = [engine.start(resident[0].image, box)]
    engine.follow_ahead(resident[1:9], targets)
    torch.cuda.set_sync_debug_mode("error")
    try:
        with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as trace:
            engine.follow_ahead(resident[9:], targets)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    microseconds, waits = Counter(), Counter()
    for event in trace.key_averages():
        if event.device_type == DeviceType.CUDA:
            microseconds[stage_of(event.key)] += event.self_device_time_total
        if event.key in WAITS or event.key == "cudaGraphLaunch":
            waits[event.key] += event.count
    total = sum(microseconds.values())
    return {
        "frames": len(resident) - 9,
        "us on the device per frame": total / (len(resident) - 9),
        "share": {stage: time / total for stage, time in microseconds.items()},
        "calls": dict(waits),
    }


def stage_of(kernel: str) -> str:
    for stage, parts in STAGES.items():
        if any(part in kernel for part in parts):
            return stage
    return "network"


def spread(box: Box, count: int, frame: Frame) -> list[Box]:
    """The object of the clip, and squares all over the frame."""
    height, width = frame.shape[:2]
    columns = int(np.ceil(np.sqrt(count * width / height)))
    rows = -(-count // columns)
    places = [
        ((column + 0.5) * width / columns, (row + 0.5) * height / rows)
        for row in range(rows)
        for column in range(columns)
    ]
    squares = [(x - SIDE / 2, y - SIDE / 2, SIDE, SIDE) for x, y in places]
    return [box, *squares[: count - 1]]


def print_report(report: dict) -> None:
    """The tables."""
    width, height = report["frame"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    print(f"{report['gpu']}, {versions}; {width}x{height}\n")
    print("| SiamFC in PyTorch, 1 object | p50 / p90 / p99 ms | largest difference, px |")
    print("|---|---|---|")
    for row in report["eager"]:
        times = shown(row["times"]) if "times" in row else "boxes differ"
        print(f"| {row['name']} | {times} | {row['differs by']:.3f} |")
    print(
        "\n| ours | precision | | objects | resident fps | one by one, p50 / p90 / p99 ms | "
        "end to end, p50 / p90 / p99 ms | lost |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for row in report["ours"]:
        print(
            f"| {row['model']} | {row['precision']} | {row['kind']} | {row['objects']} | "
            f"{row['resident fps']:.0f} | {shown(row['one by one'])} | "
            f"{shown(row['end to end'])} | {row['lost']} |"
        )
    loops = ", ".join(f"{name} {fps:.0f}" for name, fps in report["whole loop fps"].items())
    print(f"\nwhole loop, one object, frames per second: {loops}")
    trace = report["profile"]
    shares = ", ".join(f"{stage} {100 * share:.1f} %" for stage, share in trace["share"].items())
    print(
        f"one object, float32: {trace['us on the device per frame']:.0f} us on the device per "
        f"frame: {shares}"
    )
    calls = ", ".join(f"{name} {count}" for name, count in trace["calls"].items())
    print(f"in {trace['frames']} frames in a row: {calls}")


def shown(times: dict[str, float]) -> str:
    return " / ".join(f"{value:.2f}" for value in times.values())


def run(clip: Path, box: Box, models: Sequence[str], args: Namespace) -> None:
    """Measure, print, and write what was asked for."""
    cv2.setNumThreads(args.threads)
    report = measure(clip, box, models, args)
    print_report(report)
    if args.json:
        args.json.write_text(json.dumps(report, indent=2) + "\n")
    if args.plot:
        plot(report["ours"], args.plot)
