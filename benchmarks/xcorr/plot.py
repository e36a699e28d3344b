"""Plot the time per pair over the size of the batch, with a line for each way."""

from collections import defaultdict
from pathlib import Path
from typing import Any


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw a panel for each shape (down) and each kind of forward call (across)."""
    from matplotlib.figure import Figure

    panels: dict[tuple[str, str], dict[str, list[tuple[int, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        if row["backward"] or row["cache"] in ("hot", "eager"):
            continue
        shape = f"{row['operator']}, {row['channels']} x {row['exemplar']}² on {row['search']}²"
        kind = f"{row['device']}, {row['dtype']}, {row['layout']}"
        for name, seconds in row["seconds"].items():
            if seconds is not None:
                panels[shape, kind][name].append((row["batch"], seconds / row["batch"] * 1e6))
    shapes, kinds = (list(dict.fromkeys(key[axis] for key in panels)) for axis in (0, 1))
    names = list(dict.fromkeys(name for lines in panels.values() for name in lines))

    figure = Figure(figsize=(4 * len(kinds), 3 * len(shapes)), layout="constrained")
    axes = figure.subplots(len(shapes), len(kinds), squeeze=False, sharex="col")
    for (shape, kind), lines in panels.items():
        panel = axes[shapes.index(shape)][kinds.index(kind)]
        for name, points in lines.items():
            panel.plot(
                *zip(*points, strict=True),
                marker="o",
                color=f"C{names.index(name)}",
                linewidth=2.5 if name == "ours" else 1,
                label=name,
            )
        batches = sorted({batch for points in lines.values() for batch, _ in points})
        panel.set(xscale="log", yscale="log", title=f"{shape}\n{kind}")
        panel.set_xticks(batches, map(str, batches))
        panel.minorticks_off()
        panel.title.set_fontsize(9)
        panel.grid(alpha=0.3)
    figure.supxlabel("search regions in a batch")
    figure.supylabel("microseconds per search region")
    handles = {line.get_label(): line for panel in axes.flat for line in panel.get_lines()}
    figure.legend(handles.values(), handles, loc="outside upper center", ncols=3)
    figure.savefig(path, dpi=120)
