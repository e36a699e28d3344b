"""Tables of results: plain text for the terminal, Markdown for the report."""

import re
from collections.abc import Iterable

from tracker.datasets.sequence import Sequence
from tracker.datasets.tables import OTB_ATTRIBUTES
from tracker.evaluation.entry import Entry, attributes_of, ranked
from tracker.evaluation.metrics import SequenceScore

_NONE = "-"
_GOT10K = ("ao", "sr50", "sr75")
_MEASURES = ("success_auc", "precision_20", "normalized_precision_20", "success_50")


def terminal_table(entries: Iterable[Entry]) -> str:
    """The trackers by success AUC, best first, in aligned columns; no line break at the end.

    The columns: success AUC, precision at 20 pixels, normalised precision at 0.2 of the target's
    size, success rate at an overlap of 0.5, frames per second, sequences done and failed. ``-``
    stands for what is unknown.
    """
    header = ("tracker", "success AUC", "precision@20", "norm@0.2", "SR50", "fps", "done", "failed")
    rows = [
        (
            _one_line(entry.name),
            *(_digits(value, 4) for value in _measures(entry.mean)),
            _digits(entry.fps, 1),
            str(len(entry.scores)),
            str(len(entry.failures)),
        )
        for entry in ranked(entries)
    ]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = (
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
        for row in (header, *rows)
    )
    return "\n".join(line.rstrip() for line in lines)


def overall_table(entries: Iterable[Entry]) -> str:
    """The Markdown of ``terminal_table``, with the rank; the best of each measure is bold."""
    entries = ranked(entries)
    columns = zip(*(_measures(entry.mean) for entry in entries), strict=True)
    scores = zip(*(_best_bold(column, 4) for column in columns), strict=True)
    header = (
        "",
        "tracker",
        "success AUC",
        "precision at 20 px",
        "normalised precision at 0.2",
        "SR50",
        "fps",
        "done",
        "failed",
    )
    rows = [
        (
            str(rank),
            escape(entry.name),
            *measures,
            _digits(entry.fps, 1),
            str(len(entry.scores)),
            str(len(entry.failures)),
        )
        for rank, (entry, measures) in enumerate(zip(entries, scores, strict=True), start=1)
    ]
    return _markdown(header, rows, text_columns=(1,))


def got10k_table(entries: Iterable[Entry]) -> str:
    """AO, SR50 and SR75 by GOT-10k's protocol, by AO; empty when no tracker has them."""
    scored = [entry for entry in entries if entry.got10k]
    scored.sort(key=lambda entry: -entry.got10k.ao)
    rows = [
        (escape(entry.name), *(_digits(getattr(entry.got10k, name), 4) for name in _GOT10K))
        for entry in scored
    ]
    return _markdown(("tracker", "AO", "SR50", "SR75"), rows) if rows else ""


def attribute_table(entries: Iterable[Entry], sequences: Iterable[Sequence]) -> str:
    """The mean success AUC of each tracker by attribute; empty when there are no attributes."""
    entries, sequences = ranked(entries), list(sequences)
    means = [entry.mean_by_attribute(sequences) for entry in entries]
    rows = []
    for attribute in attributes_of(sequences):
        values = [mean[attribute][0].success_auc if attribute in mean else None for mean in means]
        count = sum(attribute in sequence.attributes for sequence in sequences)
        label = f"{attribute} {OTB_ATTRIBUTES.get(attribute, '')}".strip()
        rows.append((escape(label), str(count), *_best_bold(values, 3)))
    names = [escape(entry.name) for entry in entries]
    return _markdown(("attribute", "sequences", *names), rows) if rows else ""


def sequence_table(entries: Iterable[Entry], sequences: Iterable[Sequence]) -> str:
    """The success AUC of each tracker by sequence; the best of each row is bold."""
    entries = ranked(entries)
    rows = []
    for sequence in sequences:
        name = sequence.name
        scores = (entry.scores.get(name) for entry in entries)
        cells = _best_bold([score and score.success_auc for score in scores], 3)
        failed = (name in entry.failures and name not in entry.scores for entry in entries)
        cells = ["failed" if bad else cell for cell, bad in zip(cells, failed, strict=True)]
        rows.append((escape(name), *cells))
    return _markdown(("sequence", *(escape(entry.name) for entry in entries)), rows)


def escape(text: str) -> str:
    """``text`` as it is to be read, on one line, wherever Markdown would see marks in it."""
    marks = r"[\\`*\[\]<>|$~]|(?<![^\W_])_|_(?![^\W_])"  # "_" inside a word is none
    return re.sub(marks, r"\\\g<0>", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _measures(score: SequenceScore | None) -> list[float | None]:
    return [None if score is None else getattr(score, name) for name in _MEASURES]


def _digits(value: float | None, digits: int) -> str:
    return _NONE if value is None else f"{value:.{digits}f}"


def _best_bold(values: Iterable[float | None], digits: int) -> list[str]:
    """The values as text, the best ones bold where there are at least two to compare."""
    values = list(values)
    known = [value for value in values if value is not None]
    best = max(known) if len(known) > 1 else None
    cells = [_digits(value, digits) for value in values]
    return [
        f"**{cell}**" if value is not None and value == best else cell
        for value, cell in zip(values, cells, strict=True)
    ]


def _markdown(
    header: Iterable[str], rows: Iterable[Iterable[str]], text_columns: tuple[int, ...] = (0,)
) -> str:
    header = list(header)
    rule = ["---" if index in text_columns else "---:" for index in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))
