"""Write the reports of a benchmark: ``report.json``, ``report.md``, plots and worst moments.

``terminal_table`` makes the short table for the screen, ``write_reports`` writes the files::

    print(terminal_table(entries))
    paths = write_reports(directory, entries, sequences, about)
"""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from tracker.datasets.sequence import Sequence
from tracker.errors import OutputError
from tracker.evaluation.entry import Entry, ranked
from tracker.evaluation.files import write_atomically
from tracker.evaluation.metrics import SequenceScore
from tracker.evaluation.plots import precision_figure, success_figure
from tracker.evaluation.tables import (
    MEASURES,
    attribute_table,
    escape,
    got10k_table,
    measures,
    overall_table,
    sequence_table,
    terminal_table,
)
from tracker.evaluation.worst import PAGE, write_worst
from tracker.plotting import MISSING, PlotFormat, can_plot, render

__all__ = ["terminal_table", "write_reports"]

_PLOTS = {"success": success_figure, "precision": precision_figure}
_FORMATS: tuple[PlotFormat, ...] = ("png", "svg")


def write_reports(
    directory: str | Path,
    entries: Iterable[Entry],
    sequences: Iterable[Sequence],
    about: dict[str, str],
) -> list[Path]:
    """Write every report of a benchmark; each existing file is replaced atomically.

    Args:
        directory: the folder for the files; made if missing.
        entries: the results of the trackers, whose names differ.
        sequences: the sequences that they were run on.
        about: facts about the run, label to text: data set, protocol, policy, version, machine,
            command, what the timing includes.

    Returns:
        The files: ``report.json``, ``report.md``, ``success.png``, ``success.svg``,
        ``precision.png``, ``precision.svg``, ``worst.md`` and the pictures in ``worst/``.

    Raises:
        OutputError: a file cannot be written; or Matplotlib is not installed, in which case all
            files but the plots are written.
        ValueError: two trackers have the same name.
    """
    directory, entries, sequences = Path(directory), ranked(entries), list(sequences)
    names = [entry.name for entry in entries]
    if len(set(names)) < len(names):
        raise ValueError(f"expected a name of its own for each tracker; got {', '.join(names)}")
    plots = can_plot()
    paths = [
        write_atomically(directory / "report.json", _as_json(entries, sequences, about)),
        write_atomically(directory / "report.md", _page(entries, sequences, about, plots)),
    ]
    for name, figure_of in _PLOTS.items() if plots else ():
        figure = figure_of(entries)
        for kind in _FORMATS:
            paths.append(write_atomically(directory / f"{name}.{kind}", render(figure, kind)))
    paths += write_worst(directory, entries, sequences)
    if not plots:
        raise OutputError(f"{MISSING}; the other reports are in {directory}")
    return paths


def _as_json(entries: list[Entry], sequences: list[Sequence], about: dict[str, str]) -> str:
    """Return the content of ``report.json``."""
    data = {entry.name: _entry_as_data(entry, sequences, about) for entry in entries}
    return json.dumps(data, indent=2, allow_nan=False) + "\n"


def _entry_as_data(
    entry: Entry, sequences: list[Sequence], about: dict[str, str]
) -> dict[str, Any]:
    """Return the part of ``report.json`` about one tracker."""
    mean = entry.mean
    return {
        **dict(zip(MEASURES, map(_number, measures(mean)), strict=True)),
        "fps": _number(entry.fps),
        "sequences": {
            name: {
                **_two_scores(score),
                "frames": int(score.frames),
                "fps": _number(entry.sequence_fps(name)),
            }
            for name, score in entry.scores.items()
        },
        "attributes": {
            attribute: {**_two_scores(score), "sequences": count}
            for attribute, (score, count) in entry.mean_by_attribute(sequences).items()
        },
        "success_curve": None if mean is None else _numbers(mean.success_curve),
        "precision_curve": None if mean is None else _numbers(mean.precision_curve),
        **({"got10k": asdict(entry.got10k)} if entry.got10k else {}),
        "failures": dict(entry.failures),
        "about": dict(about),
    }


def _two_scores(score: SequenceScore) -> dict[str, float | None]:
    """Return success AUC and precision for ``report.json``."""
    return {
        "success_auc": _number(score.success_auc),
        "precision_20": _number(score.precision_20),
    }


def _numbers(values: Iterable[float]) -> list[float | None]:
    """Return the values as JSON can hold them."""
    return [_number(value) for value in np.asarray(values, dtype=float)]


def _number(value: float | None) -> float | None:
    """Return a value as JSON can hold it: None for NaN and infinity."""
    return None if value is None or not math.isfinite(value) else float(value)


def _page(
    entries: list[Entry], sequences: list[Sequence], about: dict[str, str], plots: bool
) -> str:
    """Return the content of ``report.md``."""
    parts = ["# Benchmark report"]
    if about:
        parts.append("\n".join(f"- **{escape(key)}**: {escape(about[key])}" for key in about))
    parts += ["## Trackers", overall_table(entries)]
    if partial := [entry for entry in entries if len(entry.scores) < len(sequences)]:
        parts.append("\n".join(_coverage(entry, len(sequences)) for entry in partial))
    if got10k := got10k_table(entries):
        parts += ["## GOT-10k's own protocol", got10k]
    parts.append("## Plots")
    if plots:
        parts += [
            "![success plot](success.png)",
            "![precision plot](precision.png)",
            "The same as SVG: [success](success.svg), [precision](precision.svg).",
        ]
    else:
        parts.append(f"Left out: {MISSING}.")
    parts.append(f"Where the best tracker goes wrong, in pictures: [worst moments]({PAGE}).")
    if by_attribute := attribute_table(entries, sequences):
        parts += ["## Success AUC by attribute", by_attribute]
    parts += ["## Success AUC by sequence", sequence_table(entries, sequences)]
    failures = [
        f"- {escape(entry.name)}, {escape(name)}: {escape(sentence)}"
        for entry in entries
        for name, sentence in entry.failures.items()
    ]
    if failures:
        parts += ["## Failures", "\n".join(failures)]
    return "\n\n".join(parts) + "\n"


def _coverage(entry: Entry, total: int) -> str:
    """Return the line that says over how many sequences a tracker's averages are."""
    return (
        f"- {escape(entry.name)} has results for {len(entry.scores)} of {total} sequences; "
        "its averages are over those."
    )
