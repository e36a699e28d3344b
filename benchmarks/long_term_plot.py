"""The plots of ``long_term.py``: score and state over time, and how right scores are."""

from pathlib import Path

import numpy as np
from long_term_runs import Run

STATE_COLORS = {"tracking": "#009e73", "uncertain": "#f0e442", "lost": "#d55e00"}


def plot(runs: dict[str, Run], path: Path) -> None:
    """Draw a panel for each tracker's run over one sequence; the file's suffix is its format.

    Where the object is absent the ground is grey, where it is partly seen light grey. The bar
    below shows the state.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1 + 1.7 * len(runs)), layout="constrained")
    panels = figure.subplots(len(runs), 1, squeeze=False, sharex=True)[:, 0]
    for panel, (name, run) in zip(panels, runs.items(), strict=True):
        frames = np.arange(1, len(run.scores) + 1)
        for shaded, color in ((run.absent, "0.75"), (~run.absent & ~run.present, "0.9")):
            panel.fill_between(frames, -0.12, 1, shaded, step="mid", color=color, linewidth=0)
        for state, color in STATE_COLORS.items():
            panel.fill_between(
                frames,
                -0.12,
                -0.04,
                run.states == state,
                step="mid",
                color=color,
                linewidth=0,
                label=state,
            )
        panel.plot(frames, run.overlaps, color="#e69f00", linewidth=1, label="overlap")
        panel.plot(frames, run.scores, color="#0072b2", linewidth=1.5, label="score")
        panel.set(ylim=(-0.12, 1.02), xlim=(1, len(frames)), title=name)
    panels[-1].set_xlabel("frame")
    figure.suptitle(next(iter(runs.values())).name)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    figure.savefig(path, dpi=120)


def plot_reliability(runs: dict[str, list[Run]], path: Path) -> None:
    """Draw for each tracker how many of the frames of a score have an overlap above 0.5.

    Frames without the object count as wrong, those in which it is partly seen not at all. The
    bars of each score show how many frames there are.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2 * len(runs), 4), layout="constrained")
    panels = figure.subplots(1, len(runs), squeeze=False, sharey=True)[0]
    for panel, (name, own) in zip(panels, runs.items(), strict=True):
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


def scores_and_right(runs: list[Run]) -> tuple[np.ndarray, np.ndarray]:
    """Score, and whether the overlap is above 0.5, of all frames with a score and a clear truth."""
    scores = np.concatenate([run.scores[run.present | run.absent] for run in runs])
    right = np.concatenate([run.overlaps[run.present | run.absent] > 0.5 for run in runs])
    return scores[~np.isnan(scores)], right[~np.isnan(scores)].astype(float)
