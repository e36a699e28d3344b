"""Draw success and precision plots in the style of OTB's papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tracker.evaluation.entry import Entry, ranked
from tracker.evaluation.metrics import PRECISION_THRESHOLDS, SequenceScore
from tracker.plotting import new_figure, own_style

if TYPE_CHECKING:
    from tracker.plotting import Axes, Figure

# The palette of Okabe and Ito, made for colour-blind readers; neighbours have a strong contrast.
_COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9")
# Seven colours and four dash styles: the first 28 lines all look different.
_DASHES = ("solid", (0, (6, 1.6)), (0, (1.4, 1.2)), (0, (6, 1.4, 1.4, 1.4)))
_LONGEST_NAME = 40


def success_figure(entries: Iterable[Entry]) -> Figure:
    """Draw each tracker's share of frames over the overlap threshold; the legend has the AUC."""
    return _figure(
        entries,
        title="Success plot",
        thresholds=np.linspace(0, 1, 21),
        curve=lambda score: score.success_curve,
        value=lambda score: score.success_auc,
        labels=("overlap threshold", "success rate"),
        legend="AUC",
    )


def precision_figure(entries: Iterable[Entry]) -> Figure:
    """Draw each tracker's share of frames over the centre error; the legend has it at 20 pixels."""
    figure = _figure(
        entries,
        title="Precision plot",
        thresholds=PRECISION_THRESHOLDS,
        curve=lambda score: score.precision_curve,
        value=lambda score: score.precision_20,
        labels=("location error threshold (pixels)", "precision"),
        legend="at 20 pixels",
    )
    figure.axes[0].axvline(20, color="#9a9a9a", linewidth=1, zorder=1)
    return figure


def _figure(
    entries: Iterable[Entry],
    *,
    title: str,
    thresholds: NDArray[np.float64] | NDArray[np.int_],
    curve: Callable[[SequenceScore], NDArray[np.float64]],
    value: Callable[[SequenceScore], float],
    labels: tuple[str, str],
    legend: str,
) -> Figure:
    """Draw one line per tracker, with a legend ranked by the figure in it.

    Args:
        entries: the trackers; those without a score are left out.
        title: above the plot.
        thresholds: ``(T,)``, on the x axis.
        curve: returns the curve ``(T,)`` of a score, in [0, 1].
        value: returns the figure of a score for the legend.
        labels: of the x and y axes.
        legend: what the figure in the legend is.
    """
    # Colours follow the rank in success AUC, so that a tracker looks the same in both plots.
    lines = [
        (entry.name, score, _COLORS[rank % len(_COLORS)], _DASHES[rank % len(_DASHES)])
        for rank, entry in enumerate(ranked(entries))
        if (score := entry.mean) is not None
    ]
    lines.sort(key=lambda line: -value(line[1]))
    with own_style():
        figure = new_figure((6.4, 5.2))
        axes = figure.add_axes((0.11, 0.11, 0.86, 0.81))
        for depth, (_, score, color, dashes) in enumerate(lines):
            axes.plot(
                thresholds,
                curve(score),
                color=color,
                linestyle=dashes,
                linewidth=2.2,
                zorder=3 + len(lines) - depth,  # draws the best line on top
                clip_on=False,
            )
        axes.set(title=title, xlabel=labels[0], ylabel=labels[1])
        axes.set(xlim=(thresholds[0], thresholds[-1]), ylim=(0, 1))
        axes.set_xticks(thresholds[:: (len(thresholds) - 1) // 10][:11])
        axes.set_yticks(np.linspace(0, 1, 11))
        axes.grid(True)
        _add_legend(
            axes,
            [f"{_short(name)} [{value(score):.3f}]" for name, score, *_ in lines],
            f"tracker [{legend}]",
        )
    return figure


def _add_legend(axes: Axes, texts: list[str], title: str) -> None:
    """Add a legend beside the plot, with one text per line."""
    drawn = axes.legend(
        axes.lines,
        [f"line {index}" for index in range(len(texts))],
        title=title,
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),  # beside the plot: inside, a long legend would hide curves
        borderaxespad=0,
        handlelength=3.4,
        labelspacing=0.65,
    )
    # Set afterwards: Matplotlib leaves out labels that begin with "_" and typesets "$".
    for label, text in zip(drawn.get_texts(), texts, strict=True):
        label.set_parse_math(False)
        label.set_text(text)


def _short(name: str) -> str:
    """Return a name on one line, without the middle if it is very long."""
    name = " ".join(name.encode("utf-8", "replace").decode().split())
    half = (_LONGEST_NAME - 1) // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[-half:]}"
