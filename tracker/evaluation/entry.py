"""The results of one tracker on a data set, from which tables, plots and pages are made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker.datasets.sequence import Sequence
from tracker.datasets.tables import OTB_ATTRIBUTES
from tracker.evaluation.metrics import Got10kScore, SequenceScore, mean_score


class AttributeMean(NamedTuple):
    """The mean score over the finished sequences with one attribute, and their number."""

    score: SequenceScore
    sequences: int


@dataclass(frozen=True, eq=False)
class Entry:
    """The results of one tracker over a data set; every ``dict`` has the sequence's name as key.

    Attributes:
        name: the tracker's name, any text.
        scores: the scores of the finished sequences.
        boxes: the result boxes ``(n, 4)``, 0-based, row ``i`` for frame ``i`` of the sequence.
            Rows may be missing at the end; a row of NaN means no result. TRE and SRE leave this
            empty, since several runs over one sequence have no single box per frame.
        seconds: the time spent in the tracker's ``init`` and ``update``, nothing else.
        timed_frames: the frames processed in that time.
        failures: why a sequence was not finished, one sentence each.
        got10k: AO and SR over all boxes; None on data sets other than GOT-10k.
    """

    name: str
    scores: dict[str, SequenceScore]
    boxes: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    timed_frames: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    got10k: Got10kScore | None = None

    @property
    def mean(self) -> SequenceScore | None:
        """The unweighted mean over the finished sequences; None if there are none."""
        return mean_score([*self.scores.values()]) if self.scores else None

    @property
    def fps(self) -> float | None:
        """All timed frames divided by their total time; None if nothing was timed."""
        return self._fps(self.seconds.keys() & self.timed_frames.keys())

    def sequence_fps(self, name: str) -> float | None:
        """Return the frames per second on one sequence; None if it was not timed."""
        return self._fps({name} & self.seconds.keys() & self.timed_frames.keys())

    def mean_by_attribute(self, sequences: Iterable[Sequence]) -> dict[str, AttributeMean]:
        """Average the scores of the finished sequences with each attribute.

        Attributes are in the order of ``attributes_of``; one without a finished sequence is left
        out.
        """
        sequences = list(sequences)
        means = {}
        for attribute in attributes_of(sequences):
            scores = [
                self.scores[sequence.name]
                for sequence in sequences
                if attribute in sequence.attributes and sequence.name in self.scores
            ]
            if scores:
                means[attribute] = AttributeMean(mean_score(scores), len(scores))
        return means

    def _fps(self, names: set[str]) -> float | None:
        """Return the frames per second over the named sequences; None if they took no time."""
        # Sorted: the order in which floats are added changes the last digit of the sum.
        seconds = sum(self.seconds[name] for name in sorted(names))
        return sum(self.timed_frames[name] for name in names) / seconds if seconds > 0 else None


def ranked(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries by success AUC, best first; ties keep their order, unscored ones come last."""

    def key(entry: Entry) -> float:
        mean = entry.mean
        return np.inf if mean is None else -mean.success_auc

    return sorted(entries, key=key)


def attributes_of(sequences: Iterable[Sequence]) -> list[str]:
    """Return the attributes that occur: OTB's in OTB's order, then others as first met."""
    found = dict.fromkeys(name for sequence in sequences for name in sequence.attributes)
    return [
        *(name for name in OTB_ATTRIBUTES if name in found),
        *(name for name in found if name not in OTB_ATTRIBUTES),
    ]
