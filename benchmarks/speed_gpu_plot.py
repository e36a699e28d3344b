"""The plot of ``speed.py --device cuda``: object-frames per second over the number of objects."""

from pathlib import Path


def plot(rows: list[dict], path: Path) -> None:
    """A line for each model, precision and kind of settings."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    lines: dict[tuple[str, ...], list[tuple[int, float]]] = {}
    for row in rows:
        name = row["model"], row["precision"], row["kind"]
        rate = row["objects"] * row["resident fps"]
        lines.setdefault(name, []).append((row["objects"], rate))
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
