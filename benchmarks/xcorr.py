"""Time the cross-correlation operators on the CPU beside the usual ways to write them.

    python benchmarks/xcorr.py
    python benchmarks/xcorr.py --rounds 100 --json xcorr.json

All ways of one row take turns within one run, so that a disturbance hits all of them; each time is
the median over the rounds, forward only, float32, in milliseconds per call of the whole batch.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from tracker.ops import xcorr, xcorr_depthwise

WARM_UPS = 3
# operator, channels, side of the exemplar, side of the search, batch sizes
CASES = [
    ("xcorr", 256, 6, 22, (1, 3, 16)),
    ("xcorr", 112, 8, 32, (1, 3)),
    ("xcorr_depthwise", 256, 7, 31, (1, 3, 16)),
]
COLUMNS = ("ours", "ours, channels_last", "grouped conv2d", "conv2d per sample")


def ways(
    operator: str, exemplar: Tensor, search: Tensor
) -> dict[str, Callable[[], Tensor]]:  # one call each, keyed as COLUMNS
    """The operator on ``exemplar`` and ``search`` of the same batch size, written four ways."""
    batch, channels, height, width = exemplar.shape
    channels_last = search.to(memory_format=torch.channels_last)
    if operator == "xcorr":
        ours, filters, groups, groups_each = xcorr, exemplar, batch, 1
    else:
        ours = xcorr_depthwise
        filters = exemplar.reshape(batch * channels, 1, height, width)
        groups, groups_each = batch * channels, channels
    maps = search.reshape(1, -1, *search.shape[2:])
    pairs = list(zip(search.split(1), filters.chunk(batch), strict=True))
    calls = (
        lambda: ours(exemplar, search),
        lambda: ours(exemplar, channels_last),
        lambda: F.conv2d(maps, filters, groups=groups),
        lambda: torch.cat([F.conv2d(x, z, groups=groups_each) for x, z in pairs]),
    )
    return dict(zip(COLUMNS, calls, strict=True))


def measure(calls: dict[str, Callable[[], Tensor]], rounds: int) -> dict[str, float]:
    """Median time of each call in milliseconds, the calls taking turns; checks that they agree."""
    expected = calls[COLUMNS[0]]().flatten()
    for call in calls.values():
        for _ in range(WARM_UPS):
            result = call()
        torch.testing.assert_close(result.flatten(), expected, rtol=1e-4, atol=1e-3)
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) * 1e3 for name, values in times.items()}


def machine() -> dict[str, str | int]:
    """What the numbers depend on."""
    cpuinfo = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (cpuinfo.read_text().splitlines() if cpuinfo.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "cpu": models[0] if models else platform.processor() or platform.machine(),
        "cpu capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "system": platform.system(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=30, help="timed calls of each way (30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"expected --rounds of at least 1; got {options.rounds}")

    torch.manual_seed(0)
    about = machine() | {"rounds": options.rounds}
    rows = []
    print("; ".join(f"{name} {value}" for name, value in about.items()), end="\n\n")
    print("| operator | exemplar | search | B |", *(f"{name} |" for name in COLUMNS))
    print("|---|---|---|---" + "|---" * len(COLUMNS) + "|")
    for operator, channels, side, search_side, batches in CASES:
        for batch in batches:
            exemplar = torch.randn(batch, channels, side, side)
            search = torch.randn(batch, channels, search_side, search_side)
            with torch.inference_mode():
                times = measure(ways(operator, exemplar, search), options.rounds)
            sizes = f"{channels}x{side}x{side} | {channels}x{search_side}x{search_side}"
            print(f"| {operator} | {sizes} | {batch} |", *(f"{t:.3f} |" for t in times.values()))
            rows.append(
                {
                    "operator": operator,
                    "exemplar": list(exemplar.shape),
                    "search": list(search.shape),
                    "milliseconds": times,
                }
            )
    if options.json:
        options.json.write_text(json.dumps({"machine": about, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
