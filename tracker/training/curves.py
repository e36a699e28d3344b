"""Curves of the log of a training; needs Matplotlib, which ``tracker[bench]`` installs."""

from pathlib import Path

from tracker.plotting import new_figure, render
from tracker.training.log import read_log

_TITLES = {"hit": "peak on object", "validation": "validation:\nmean overlap"}
_NOT_DRAWN = ("pairs", "seconds")


def draw_curves(log: Path, picture: Path) -> None:
    """Draw each column of a ``log.csv`` over the number of pairs, in its own panel.

    Args:
        log: the ``log.csv``.
        picture: the PNG file to write.
    """
    rows = read_log(log)
    names = [name for name in (rows[0] if rows else ["loss"]) if name not in _NOT_DRAWN]
    figure = new_figure((7, 1.7 * len(names)), layout="constrained")
    panels = figure.subplots(len(names), sharex=True, squeeze=False)[:, 0]
    for axes, name in zip(panels, names, strict=True):
        known = [row for row in rows if row[name] not in ("", "nan")]
        axes.plot(
            [int(row["pairs"]) for row in known],
            [float(row[name]) for row in known],
            color="#0072b2",
            marker="o" if name == "validation" else None,
        )
        axes.set_ylabel(_TITLES.get(name, name.replace("_", " ")))
        axes.grid(True, color="#e3e3e3")
    panels[-1].set_xlabel("pairs")
    picture.write_bytes(render(figure, "png"))
