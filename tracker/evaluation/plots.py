"""Success and precision plots in the manner of OTB."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from tracker.evaluation.entry import Entry, ranked
from tracker.evaluation.metrics import PRECISION_THRESHOLDS, SequenceScore
from tracker.plotting import own_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which colour-blind people can tell apart, in an order of strong contrast.
_COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9")
# Seven colours and four dash styles: 28 lines before a pair of both comes again.
_DASHES = ("solid", (0, (6, 1.6)), (0, (1.4, 1.2)), (0, (6, 1.4, 1.4, 1.4)))
_LONGEST_NAME = 40


def success_figure(entries: Iterable[Entry]) -> Figure:
    """Share of frames by overlap threshold, with the area under each curve (OPE plot of OTB)."""
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
    """Share of frames by centre error in pixels, with the precision at 20 pixels."""
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
    thresholds: np.ndarray,
    curve: Callable[[SequenceScore], np.ndarray],
    value: Callable[[SequenceScore], float],
    labels: tuple[str, str],
    legend: str,
) -> Figure:
    from matplotlib.figure import Figure

    # A tracker looks the same in both plots: its style goes by its rank in success AUC.
    lines = [
        (entry.name, score, _COLORS[rank % len(_COLORS)], _DASHES[rank % len(_DASHES)])
        for rank, entry in enumerate(ranked(entries))
        if (score := entry.mean) is not None
    ]
    lines.sort(key=lambda line: -value(line[1]))
    with own_style():
        figure = Figure(figsize=(6.4, 5.2))
        axes = figure.add_axes((0.11, 0.11, 0.86, 0.81))
        for depth, (_, score, color, dashes) in enumerate(lines):
            axes.plot(
                thresholds,
                curve(score),
                color=color,
                linestyle=dashes,
                linewidth=2.2,
                zorder=3 + len(lines) - depth,  # the best on top
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


def _add_legend(axes, texts: list[str], title: str) -> None:
    drawn = axes.legend(
        axes.lines,
        [f"line {index}" for index in range(len(texts))],
        title=title,
        alignment="left",
        loc="upper left",
        bbox_to_anchor=(1.02, 1.0),  # beside the plot: inside, a dozen lines would hide curves
        borderaxespad=0,
        handlelength=3.4,
        labelspacing=0.65,
    )
    # Given as labels, Matplotlib would leave out names that begin with "_" and typeset "$".
    for label, text in zip(drawn.get_texts(), texts, strict=True):
        label.set_parse_math(False)
        label.set_text(text)


def _short(name: str) -> str:
    """A name that fits: the middle of a very long one is left out."""
    name = " ".join(name.encode("utf-8", "replace").decode().split())
    half = (_LONGEST_NAME - 1) // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[-half:]}"
