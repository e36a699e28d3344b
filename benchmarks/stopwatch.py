"""Stopwatches for calls that take turns, on the CPU and on a GPU, and what the times depend on."""

import platform
import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

WARM_UPS = 3
Call = Callable[[int], object]
"""A call with the inputs of that number."""


@dataclass(frozen=True)
class Candidate:
    """What is timed, and the context in which PyTorch is to choose its kernels."""

    call: Call
    settings: Callable[[], Any] = nullcontext


class Stopwatch(ABC):
    """Times candidates, each called with ``count`` sets of inputs in a row."""

    device: str

    def medians(self, of: dict[str, Candidate], count: int, rounds: int) -> dict[str, float]:
        """Seconds per call, the median of ``rounds`` in which all candidates take turns."""
        timers: dict[str, Callable[[], float]] = {}
        times: dict[str, list[float]] = {name: [] for name in of}
        for name, candidate in of.items():
            with candidate.settings():
                timers[name] = self.prepare(candidate.call, count)
        for _ in range(rounds):
            for name, candidate in of.items():
                with candidate.settings():
                    times[name].append(timers[name]())
        return {name: statistics.median(values) for name, values in times.items()}

    @abstractmethod
    def prepare(self, call: Call, count: int) -> Callable[[], float]:
        """Warm up; return what measures the seconds of one call."""

    def copy_bandwidth(self) -> float:
        """Bytes per second, read and written, of copying a large tensor."""
        source = torch.ones(2**26 if self.device == "cpu" else 2**28, device=self.device)
        target = torch.empty_like(source)
        seconds = self.medians({"copy": Candidate(lambda _: target.copy_(source))}, 1, 20)["copy"]
        return 2 * source.nbytes / seconds


class CpuStopwatch(Stopwatch):
    """Times one call at a time."""

    device = "cpu"

    def prepare(self, call: Call, count: int) -> Callable[[], float]:
        for _ in range(WARM_UPS):
            call(0)

        def timer() -> float:
            start = time.perf_counter()
            call(0)
            return time.perf_counter() - start

        return timer


class GpuStopwatch(Stopwatch):
    """Times replays of a CUDA graph that holds one call with each set of inputs.

    That is the time of the kernels: what Python and PyTorch need to start them, which is longer
    than a small kernel runs, is not in it.
    """

    device = "cuda"

    def prepare(self, call: Call, count: int) -> Callable[[], float]:
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UPS):
                call(0)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for number in range(count):
                call(number)
        graph.replay()
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))

        def timer() -> float:
            start.record()
            graph.replay()
            stop.record()
            stop.synchronize()
            return start.elapsed_time(stop) * 1e-3 / count

        return timer


class EagerGpuStopwatch(Stopwatch):
    """Times calls as a program makes them, one after the other, on a clock of the CPU."""

    device = "cuda"

    def prepare(self, call: Call, count: int) -> Callable[[], float]:
        for _ in range(WARM_UPS):
            call(0)

        def timer() -> float:
            torch.cuda.synchronize()
            start = time.perf_counter()
            for number in range(count):
                call(number)
            torch.cuda.synchronize()
            return (time.perf_counter() - start) / count

        return timer


def machine() -> dict[str, str | int]:
    """What the numbers depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (cpuinfo.read_text().splitlines() if cpuinfo.exists() else [])
        if line.startswith("model name")
    ]
    about: dict[str, str | int] = {
        "cpu": models[0] if models else platform.processor() or platform.machine(),
        "cpu capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "system": platform.system(),
    }
    if torch.cuda.is_available():
        about |= {
            "gpu": torch.cuda.get_device_name(),
            "CUDA of torch": torch.version.cuda,
            "cuDNN": torch.backends.cudnn.version(),
        }
    return about
