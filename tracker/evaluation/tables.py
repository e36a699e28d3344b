"""Make tables of results: plain text for the terminal, Markdown for the report."""

import re
from collections.abc import Iterable

from tracker.datasets.sequence import Sequence
from tracker.datasets.tables import OTB_ATTRIBUTES
from tracker.evaluation.entry import Entry, attributes_of, ranked
from tracker.evaluation.metrics import SequenceScore

MEASURES = ("success_auc", "precision_20", "normalized_precision_20", "success_50")
"""The properties of ``SequenceScore`` that tables and ``report.json`` show, in this order."""

_UNKNOWN = "-"


def terminal_table(entries: Iterable[Entry]) -> str:
    """Return a table of the trackers by success AUC, best first, in aligned columns.

    The columns are success AUC, precision at 20 pixels, normalised precision at 0.2 of the
    target's size, success rate at an overlap of 0.5, frames per second, and how many sequences
    are done and failed. ``-`` means unknown. There is no line break at the end.
    """
    header = ("tracker", "success AUC", "precision@20", "norm@0.2", "SR50", "fps", "done", "failed")
    rows = [
        (
            _one_line(entry.name),
            *(_digits(value, 4) for value in measures(entry.mean)),
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
    """Return ``terminal_table`` as Markdown, with ranks and the best of each measure in bold."""
    entries = ranked(entries)
    columns = zip(*(measures(entry.mean) for entry in entries), strict=True)
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
    """Return AO, SR50 and SR75 by GOT-10k's protocol, best AO first; empty if nobody has them."""
    scored = [(entry.name, entry.got10k) for entry in entries if entry.got10k]
    scored.sort(key=lambda pair: -pair[1].ao)
    rows = [
        (escape(name), *(_digits(value, 4) for value in (score.ao, score.sr50, score.sr75)))
        for name, score in scored
    ]
    return _markdown(("tracker", "AO", "SR50", "SR75"), rows) if rows else ""


def attribute_table(entries: Iterable[Entry], sequences: Iterable[Sequence]) -> str:
    """Return each tracker's mean success AUC by attribute; empty if there are no attributes."""
    entries, sequences = ranked(entries), list(sequences)
    means = [entry.mean_by_attribute(sequences) for entry in entries]
    rows = []
    for attribute in attributes_of(sequences):
        values = [
            mean[attribute].score.success_auc if attribute in mean else None for mean in means
        ]
        count = sum(attribute in sequence.attributes for sequence in sequences)
        label = f"{attribute} {OTB_ATTRIBUTES.get(attribute, '')}".strip()
        rows.append((escape(label), str(count), *_best_bold(values, 3)))
    names = [escape(entry.name) for entry in entries]
    return _markdown(("attribute", "sequences", *names), rows) if rows else ""


def sequence_table(entries: Iterable[Entry], sequences: Iterable[Sequence]) -> str:
    """Return each tracker's success AUC by sequence; the best of each row is bold."""
    entries = ranked(entries)
    rows = []
    for sequence in sequences:
        name = sequence.name
        values = [
            entry.scores[name].success_auc if name in entry.scores else None for entry in entries
        ]
        cells = _best_bold(values, 3)
        failed = (name in entry.failures and name not in entry.scores for entry in entries)
        cells = ["failed" if bad else cell for cell, bad in zip(cells, failed, strict=True)]
        rows.append((escape(name), *cells))
    return _markdown(("sequence", *(escape(entry.name) for entry in entries)), rows)


def escape(text: str) -> str:
    """Return ``text`` on one line with every Markdown mark escaped, so that it shows unchanged."""
    marks = r"[\\`*\[\]<>|$~]|(?<![^\W_])_|_(?![^\W_])"  # "_" inside a word is no mark
    return re.sub(marks, r"\\\g<0>", _one_line(text))


def measures(score: SequenceScore | None) -> list[float | None]:
    """Return the values of ``MEASURES``; None for each if there is no score."""
    return [None if score is None else getattr(score, name) for name in MEASURES]


def _one_line(text: str) -> str:
    """Replace line breaks and other runs of white space by single spaces."""
    return " ".join(text.split())


def _digits(value: float | None, digits: int) -> str:
    """Return a value with this many decimals, or ``-`` for None."""
    return _UNKNOWN if value is None else f"{value:.{digits}f}"


def _best_bold(values: Iterable[float | None], digits: int) -> list[str]:
    """Return the values as text, the greatest in bold if there are at least two to compare."""
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
    """Return a Markdown table; all columns but ``text_columns`` are aligned to the right."""
    header = list(header)
    rule = ["---" if index in text_columns else "---:" for index in range(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))
