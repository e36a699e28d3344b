"""Time the cross-correlation operators next to the usual ways to write them.

    python -m benchmarks.xcorr.run             # the CPU, then the GPU if there is one
    python -m benchmarks.xcorr.run --quick --json xcorr.json --plot xcorr.png

All ways of a row take turns within one run, so that a disturbance affects all of them; each time
is the median over the rounds, per call of the whole batch. `pass` is forward, or forward and
backward. On a GPU, where calls are replayed from a CUDA graph, `cache` is cold (the inputs change
with every call and come from memory), hot (one set of inputs, which may stay in the L2 cache), or
eager: cold and called from Python, which includes the cost of starting kernels. `gain` is the time
of the fastest other way over ours: below 1 ours loses. `GB/s` is the least number of bytes that
must be read and written, over our time; `of copy` is its share of what a plain copy reaches.
"""

import argparse
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import torch
from torch import Tensor

from benchmarks.machine import describe_machine
from benchmarks.stopwatch import (
    CpuStopwatch,
    EagerGpuStopwatch,
    GpuStopwatch,
    Stopwatch,
    TimedCall,
)
from benchmarks.xcorr.plot import plot
from benchmarks.xcorr.ways import Way, ways
from tracker.ops import extension_status

# operator, channels, side of the exemplar, side of the search
SHAPES = [
    ("xcorr", 256, 6, 22),  # SiamFC
    ("xcorr", 112, 8, 32),  # lite
    ("xcorr_depthwise", 256, 7, 31),
    ("xcorr_depthwise", 256, 5, 29),
    ("xcorr_depthwise", 256, 4, 20),
]
LAYOUTS = {
    "contiguous": torch.contiguous_format,
    "channels_last": torch.channels_last,
}
MEMORIES = {"cold": GpuStopwatch, "hot": GpuStopwatch, "eager": EagerGpuStopwatch}
MOST_INPUTS = 256  # sets of inputs that calls cycle through, at most


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    operator: str
    channels: int
    exemplar: int
    search: int
    batch: int
    dtype: str
    layout: str
    backward: bool
    cache: str
    device: str

    def inputs(self) -> list[Tensor]:
        """Draw exemplar, search and the gradient of the response."""
        places = self.search - self.exemplar + 1
        channels = 1 if self.operator == "xcorr" else self.channels
        shapes = [(self.channels, self.exemplar), (self.channels, self.search), (channels, places)]
        return [
            torch.randn(
                self.batch, number, side, side, dtype=getattr(torch, self.dtype), device=self.device
            ).to(memory_format=LAYOUTS[self.layout])
            for number, side in shapes
        ]

    def nbytes(self) -> int:
        """Return the fewest bytes that a call reads and writes; backward adds twice that."""
        places = self.search - self.exemplar + 1
        summed = self.operator == "xcorr"
        values = self.channels * (self.exemplar**2 + self.search**2)
        values += places**2 * (1 if summed else self.channels)
        size: int = getattr(torch, self.dtype).itemsize
        return self.batch * values * size * (3 if self.backward else 1)

    def columns(self) -> list[str]:
        """Return the cells of the table that describe the row."""
        maps = [f"{self.channels}x{side}x{side}" for side in (self.exemplar, self.search)]
        what = "forward + backward" if self.backward else "forward"
        kind = [self.dtype, self.layout, what, self.cache]
        return [self.operator, *maps, str(self.batch), *kind]


def cases(device: str, quick: bool) -> Iterator[Case]:
    """Yield the rows for a device; when quick, only the most informative."""
    kinds = list(itertools.product(("float32", "bfloat16"), LAYOUTS))
    batches: tuple[int, ...]
    caches: tuple[str, ...]
    if device == "cpu":
        batches, caches = (1, 3, 16), ("-",)
        kinds = [("float32", layout) for layout in LAYOUTS]
    elif quick:
        batches, caches = (1, 3, 16, 256), ("cold", "eager")
        kinds = [("float32", "contiguous"), ("bfloat16", "channels_last")]
    else:
        batches, caches = (1, 3, 16, 64, 256, 1024), tuple(MEMORIES)
        kinds += [("float16", "channels_last")]
    passes = (False,) if device == "cpu" and quick else (False, True)
    for shape, batch, kind, backward, cache in itertools.product(
        SHAPES, batches, kinds, passes, caches
    ):
        yield Case(*shape, batch, *kind, backward, cache, device)


def measure(case: Case, watch: Stopwatch, rounds: int, compiled: bool) -> dict[str, float | None]:
    """Return the seconds of each way, None for one that fails; check that all agree."""
    count = 1
    if case.device == "cuda" and case.cache != "hot":
        cache_bytes = torch.cuda.get_device_properties(0).L2_cache_size
        count = min(max(3 * cache_bytes // case.nbytes(), 2), MOST_INPUTS)
    elif case.device == "cuda":
        count = 16
    sets = [case.inputs() for _ in range(1 if case.cache == "hot" else count)]
    dtype = getattr(torch, case.dtype)
    calls: dict[str, TimedCall] = {}
    seconds: dict[str, float | None] = {}
    expected: list[Tensor] | None = None
    for way in ways(case.operator, case.device, dtype, compiled=compiled):
        call = with_inputs(way, sets, case.backward)
        try:
            with way.settings():
                result = call(0)
        except RuntimeError as error:  # a peer may run out of memory or lack a kernel
            if way.name == "ours":
                raise
            print(f"{way.name}: {str(error).splitlines()[0]}")
            seconds[way.name] = None
            continue
        expected = result if expected is None else expected
        assert_agree(result, expected, case)
        calls[way.name] = TimedCall(call, way.settings)
    return seconds | watch.medians(calls, count, rounds)


def with_inputs(
    way: Way, sets: list[list[Tensor]], backward: bool
) -> Callable[[int], list[Tensor]]:
    """Return the way as a function of the number of the set of inputs."""

    def call(number: int) -> list[Tensor]:
        exemplar, search, grad = sets[number % len(sets)]
        if not backward:
            with torch.inference_mode():
                return [way.call(exemplar, search)]
        leaves = exemplar.detach().requires_grad_(), search.detach().requires_grad_()
        response = way.call(*leaves)
        return [response.detach(), *torch.autograd.grad(response, leaves, grad)]

    return call


def assert_agree(results: list[Tensor], expected: list[Tensor], case: Case) -> None:
    """Assert that a way computes the expected values, up to rounding of products and sums."""
    tolerance = 5e-2 if case.device == "cuda" else 1e-4  # TF32, 16-bit products
    for result, value in zip(results, expected, strict=True):
        assert result.shape == value.shape
        error = (result.float() - value.float()).abs().max()
        assert error <= tolerance * value.float().abs().max(), f"{case}: they differ by {error}"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), help="only that one")
    parser.add_argument("--quick", action="store_true", help="fewer rows")
    parser.add_argument("--rounds", type=int, default=30, help="timed calls of each way (30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw them, as PNG, PDF or SVG")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"expected --rounds of at least 1; got {options.rounds}")
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("expected a CUDA device for --device cuda; got none")
    devices = [options.device] if options.device else ["cpu", "cuda"]
    if not torch.cuda.is_available():
        devices = ["cpu"]

    torch.manual_seed(0)
    about = describe_machine() | {"rounds": options.rounds, "extension": extension_status().reason}
    print("; ".join(f"{name} {value}" for name, value in about.items()))
    rows: list[dict[str, Any]] = []
    for device in devices:
        run_device(device, options, rows, about)
    if options.plot:
        plot(rows, options.plot)


def run_device(
    device: str, options: argparse.Namespace, rows: list[dict[str, Any]], about: dict[str, Any]
) -> None:
    """Time and print all rows of a device; write the file after each, in case the run is killed."""
    stopwatches: dict[str, Stopwatch] = {"-": CpuStopwatch()}
    stopwatches |= {name: make() for name, make in MEMORIES.items()}
    bandwidth = stopwatches["-" if device == "cpu" else "cold"].copy_bandwidth()
    about[f"{device} copy, GB/s"] = round(bandwidth / 1e9, 1)
    print(f"\n{device}: a copy reads and writes {bandwidth / 1e9:.1f} GB/s", end="")
    previous = None
    for case in cases(device, options.quick):
        compiled = device == "cuda" and (
            not options.quick or (case.batch == 256 and case.cache == "cold" and not case.backward)
        )
        seconds = measure(case, stopwatches[case.cache], options.rounds, compiled)
        if list(seconds) != previous:
            previous = list(seconds)
            titles = ["operator", "exemplar", "search", "B", "dtype", "layout", "pass", "cache"]
            titles += [*(f"{name}, ms" for name in seconds), "gain", "GB/s", "of copy"]
            print(f"\n| {' | '.join(titles)} |\n{'|---' * len(titles)}|")
        times = ["failed" if time is None else f"{time * 1e3:.4f}" for time in seconds.values()]
        others = [time for name, time in seconds.items() if time and name != "ours"]
        ours = seconds["ours"]
        assert ours is not None  # `measure` raises if ours fails
        rate = case.nbytes() / ours
        gain = f"{min(others) / ours:.2f}" if others else "-"
        cells = [*case.columns(), *times, gain, f"{rate / 1e9:.1f}", f"{rate / bandwidth:.0%}"]
        print(f"| {' | '.join(cells)} |", flush=True)
        rows.append(asdict(case) | {"seconds": seconds, "bytes": case.nbytes()})
        if options.json:
            text = json.dumps({"machine": about, "rows": rows}, indent=2)
            options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
