"""Print and plot what ``gpu.py`` measured."""

from pathlib import Path
from typing import Any


def print_report(report: dict[str, Any]) -> None:
    """Print the tables."""
    width, height = report["frame"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    print(f"{report['gpu']}, {versions}; {width}x{height}\n")
    print("| SiamFC in PyTorch, 1 object | p50 / p90 / p99 ms | largest difference, px |")
    print("|---|---|---|")
    for row in report["eager"]:
        times = shown(row["times"]) if "times" in row else "boxes differ"
        print(f"| {row['name']} | {times} | {row['differs by']:.3f} |")
    print("\n| ours | precision | settings | objects | fps | p50 / p90 / p99 ms | lost |")
    print("|---|---|---|---|---|---|---|")
    for row in report["ours"]:
        print(
            f"| {row['model']} | {row['precision']} | {row['kind']} | {row['objects']} | "
            f"{row['fps']:.0f} | {shown(row['latency'])} | {row['lost']} |"
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
    """Format percentiles for a cell."""
    return " / ".join(f"{value:.2f}" for value in times.values())


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw objects x frames per second over the number of objects, with a line per model,
    precision and kind of settings."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    lines: dict[tuple[str, ...], list[tuple[int, float]]] = {}
    for row in rows:
        name: tuple[str, ...] = row["model"], row["precision"], row["kind"]
        lines.setdefault(name, []).append((row["objects"], row["objects"] * row["fps"]))
    for name, points in lines.items():
        style = "-" if name[2] == "steady" else ":"
        axes.plot(*zip(*points, strict=True), style, marker="o", label=", ".join(name))
    counts = sorted({row["objects"] for row in rows})
    axes.set(xscale="log", yscale="log", xlabel="objects", ylabel="objects x frames per second")
    axes.set_xticks(counts, map(str, counts))
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)
