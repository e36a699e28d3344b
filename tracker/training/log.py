"""The log of a training: a CSV table, and the progress on the terminal."""

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
    """The sum of the values of one measure, and their number."""

    sum: float
    number: float

    @property
    def mean(self) -> float:
        """Return the mean of the values; NaN without values."""
        return self.sum / self.number if self.number else math.nan


Totals = dict[str, Total]
"""The total of each measure, by its name."""

Row = dict[str, int | float | None]
"""A row of the log; None for a value that was not measured."""


def totals_of_batch(loss: Tensor, measures: dict[str, Tensor]) -> dict[str, Tensor]:
    """Sum up the loss and each measure over a batch, and count their values.

    Args:
        loss: a scalar, the mean over the pairs.
        measures: ``(N,)`` each, NaN where a pair has none.

    Returns:
        Sum and number, ``(2,)`` float64, of each measure by its name; the loss comes first.
    """
    pairs = len(next(iter(measures.values())))
    one = torch.ones_like(loss, dtype=torch.float64, requires_grad=False)
    totals = {"loss": torch.stack([loss.detach() * one, one]) * pairs}
    for name, values in measures.items():
        totals[name] = torch.stack([values.double().nansum(), (~values.isnan()).sum()])
    return totals


def added(totals: Totals, batch: Totals) -> Totals:
    """Return the totals of an interval with one more batch."""
    before = {name: totals.get(name, Total(0, 0)) for name in batch}
    return {
        name: Total(before[name].sum + total.sum, before[name].number + total.number)
        for name, total in batch.items()
    }


class LogFile:
    """Writes ``log.csv``: a header with the names of the first row, and a row per interval.

    Args:
        path: the file; rows of an earlier run are kept.
        keep_until: pairs that are done; rows after them are dropped, because the earlier run
            was interrupted after its last checkpoint and these pairs are trained on again.
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
        """Append a row and close the file, so that nothing is lost if the training is killed."""
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
    """Read the rows of a log; none if there is no file, and without an incomplete last row."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return []
    return list(csv.DictReader(text[: text.rfind("\n") + 1].splitlines()))


class Progress:
    """Shows the progress: a bar on a terminal, elsewhere a line per row of the log.

    Args:
        done: pairs done before this run.
        total: pairs of the whole training.
        quiet: whether to show nothing.
    """

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
        """Advance the bar by a number of pairs and show their loss."""
        self._bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        self._bar.update(pairs)

    def row(self, row: Row) -> None:
        """Print a row of the log where there is no bar."""
        if self._prints:
            values = {name: value for name, value in row.items() if value is not None}
            done = f"{values.pop('pairs')} of {self._total} pairs"
            print(
                done,
                *(f"{name} {value:.4g}" for name, value in values.items()),
                sep="  ",
                flush=True,
            )
