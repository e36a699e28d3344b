"""What a training says of itself: a table that can be plotted, and a line or a bar to look at."""

import csv
import math
import os
import sys
from pathlib import Path
from typing import NamedTuple, Self

import torch
from torch import Tensor
from tqdm import tqdm


class Total(NamedTuple):
    """Sum and number of values of one measure."""

    sum: float
    count: float

    @property
    def mean(self) -> float:
        """NaN without values."""
        return self.sum / self.count if self.count else math.nan


Totals = dict[str, Total]
"""By the name of the measure."""

Row = dict[str, int | float | None]
"""A row of the log; None for a value that was not measured."""


def totals_of_batch(loss: Tensor, measures: dict[str, Tensor]) -> dict[str, Tensor]:
    """Sum and number of values of the loss and of each measure over a batch.

    Args:
        loss: a scalar, the mean over the pairs.
        measures: ``(N,)`` each, NaN where a pair has none.

    Returns:
        ``(2,)`` float64 each, the loss first.
    """
    pairs = len(next(iter(measures.values())))
    one = torch.ones_like(loss, dtype=torch.float64, requires_grad=False)
    totals = {"loss": torch.stack([loss.detach() * one, one]) * pairs}
    for name, values in measures.items():
        totals[name] = torch.stack([values.double().nansum(), (~values.isnan()).sum()])
    return totals


def added(totals: Totals, batch: Totals) -> Totals:
    """The totals of an interval and of one more batch."""
    before = {name: totals.get(name, Total(0, 0)) for name in batch}
    return {
        name: Total(before[name].sum + total.sum, before[name].count + total.count)
        for name, total in batch.items()
    }


class LogFile:
    """``log.csv``: a row per interval, the header from the first one.

    Args:
        path: the file.
        keep_until: rows after so many pairs were of a broken run and are dropped.
    """

    def __init__(self, path: Path, keep_until: int) -> None:
        self._path = path
        rows = [row for row in read_log(path) if int(row["pairs"]) <= keep_until]
        partial = path.with_name(f"{path.name}.part")
        with partial.open("w", newline="") as file:
            if rows:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        os.replace(partial, path)

    def write(self, row: Row) -> None:
        """Append a row; it is in the file when this returns."""
        with self._path.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if file.tell() == 0:
                writer.writeheader()
            writer.writerow(
                {
                    name: f"{value:.6g}" if isinstance(value, float) else value
                    for name, value in row.items()
                }
            )


def read_log(path: Path) -> list[dict[str, str]]:
    """The whole rows of a log, none if there is no file; a torn last row is left out."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return []
    return list(csv.DictReader(text[: text.rfind("\n") + 1].splitlines()))


class Progress:
    """A bar on a terminal, a line per row elsewhere; nothing where ``quiet``."""

    def __init__(self, done: int, total: int, quiet: bool) -> None:
        on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._prints = not quiet and not on_terminal
        self._total = total
        self._bar = tqdm(initial=done, total=total, unit="pair", disable=quiet or not on_terminal)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def step(self, pairs: int, loss: float) -> None:
        """So many pairs more are done."""
        self._bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        self._bar.update(pairs)

    def row(self, row: Row) -> None:
        """Show a row of the log."""
        if self._prints:
            values = {name: value for name, value in row.items() if value is not None}
            done = f"{values.pop('pairs')} of {self._total} pairs"
            print(
                done,
                *(f"{name} {value:.4g}" for name, value in values.items()),
                sep="  ",
                flush=True,
            )
