"""Time calls that take turns, on the CPU and on a GPU."""

import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch

WARM_UPS = 3
Call = Callable[[int], object]
"""Called with the number of the set of inputs to use."""


@dataclass(frozen=True)
class TimedCall:
    """What is timed, and a context manager in which PyTorch chooses its kernels."""

    call: Call
    settings: Callable[[], Any] = nullcontext


class Stopwatch(ABC):
    """Times calls, each with ``count`` sets of inputs in a row.

    Attributes:
        device: "cpu" or "cuda".
    """

    device: str

    def medians(self, calls: dict[str, TimedCall], count: int, rounds: int) -> dict[str, float]:
        """Return the seconds per call: medians over ``rounds`` in which all take turns."""
        timers: dict[str, Callable[[], float]] = {}
        times: dict[str, list[float]] = {name: [] for name in calls}
        for name, timed in calls.items():
            with timed.settings():
                timers[name] = self.prepare(timed.call, count)
        for _ in range(rounds):
            for name, timed in calls.items():
                with timed.settings():
                    times[name].append(timers[name]())
        return {name: statistics.median(values) for name, values in times.items()}

    @abstractmethod
    def prepare(self, call: Call, count: int) -> Callable[[], float]:
        """Warm up; return a function that measures the seconds of one call."""

    def copy_bandwidth(self) -> float:
        """Return the bytes per second, read and written, of copying a large tensor."""
        source = torch.ones(2**26 if self.device == "cpu" else 2**28, device=self.device)
        target = torch.empty_like(source)
        seconds = self.medians({"copy": TimedCall(lambda _: target.copy_(source))}, 1, 20)["copy"]
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

    This is the time of the kernels alone. Starting them from Python takes longer than a small
    kernel runs; `EagerGpuStopwatch` includes that.
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
            milliseconds: float = start.elapsed_time(stop)
            return milliseconds * 1e-3 / count

        return timer


class EagerGpuStopwatch(Stopwatch):
    """Times calls as a program makes them, one after the other, by the CPU's clock."""

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
