"""Plot score and state over time, and the reliability of scores."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.long_term.results import LongTermResult

STATE_COLORS = {"tracking": "#009e73", "uncertain": "#f0e442", "lost": "#d55e00"}


def plot(results: dict[str, LongTermResult], path: Path) -> None:
    """Draw a panel for each tracker over one sequence; the file's suffix picks the format.

    The background is grey where the object is absent, light grey where it is partly visible. The
    bar below shows the state.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1 + 1.7 * len(results)), layout="constrained")
    panels = figure.subplots(len(results), 1, squeeze=False, sharex=True)[:, 0]
    for panel, (name, result) in zip(panels, results.items(), strict=True):
        frames = np.arange(1, len(result.scores) + 1)
        partly = ~result.absent & ~result.present
        for shaded, color in ((result.absent, "0.75"), (partly, "0.9")):
            panel.fill_between(frames, -0.12, 1, shaded, step="mid", color=color, linewidth=0)
        for state, color in STATE_COLORS.items():
            panel.fill_between(
                frames,
                -0.12,
                -0.04,
                result.states == state,
                step="mid",
                color=color,
                linewidth=0,
                label=state,
            )
        panel.plot(frames, result.overlaps, color="#e69f00", linewidth=1, label="overlap")
        panel.plot(frames, result.scores, color="#0072b2", linewidth=1.5, label="score")
        panel.set(ylim=(-0.12, 1.02), xlim=(1, len(frames)), title=name)
    panels[-1].set_xlabel("frame")
    figure.suptitle(next(iter(results.values())).name)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    figure.savefig(path, dpi=120)


def plot_reliability(results: dict[str, list[LongTermResult]], path: Path) -> None:
    """Draw for each tracker the share of frames with an overlap above 0.5, by score.

    Frames without the object count as wrong; frames in which it is partly visible are left out.
    Bars show how many frames have each score.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2 * len(results), 4), layout="constrained")
    panels = figure.subplots(1, len(results), squeeze=False, sharey=True)[0]
    for panel, (name, own) in zip(panels, results.items(), strict=True):
        scores, right = scores_and_right(own)
        bins = np.minimum((scores * 10).astype(int), 9)
        counts = np.bincount(bins, minlength=10)
        means, rights = (
            np.bincount(bins, values, minlength=10)[counts > 0] / counts[counts > 0]
            for values in (scores, right)
        )
        panel.bar(
            np.arange(10) / 10 + 0.05,
            counts / counts.sum(),
            0.09,
            color="0.85",
            label="share of the frames",
        )
        panel.plot([0, 1], [0, 1], color="0.5", linewidth=1, linestyle="--")
        panel.plot(means, rights, color="#0072b2", marker="o", label="overlap above 0.5")
        panel.set(xlim=(0, 1), ylim=(0, 1), xlabel="score", title=name)
    panels[0].legend(loc="upper left")
    figure.savefig(path, dpi=120)


def scores_and_right(
    results: list[LongTermResult],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scores, and 1 where the overlap is above 0.5, else 0.

    Only frames count in which the tracker has a score and the object is present or absent.
    """
    scores = np.concatenate([each.scores[each.present | each.absent] for each in results])
    right = np.concatenate([each.overlaps[each.present | each.absent] > 0.5 for each in results])
    return scores[~np.isnan(scores)], right[~np.isnan(scores)].astype(float)
