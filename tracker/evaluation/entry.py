"""What one tracker achieved on a data set: the input of every table, plot and page."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracker.datasets.sequence import Sequence
from tracker.datasets.tables import OTB_ATTRIBUTES
from tracker.evaluation.metrics import Got10kScore, SequenceScore, mean_score


@dataclass(frozen=True, eq=False)
class Entry:
    """The results of one tracker over a data set; every ``dict`` is by name of sequence.

    Attributes:
        name: the tracker's name, any text.
        scores: of the sequences that it finished.
        boxes: its results ``(n, 4)``, 0-based. Row ``i`` is about row ``i`` of the sequence; rows
            may be missing at the end, and are NaN where there is no result. Sequences may be
            missing too: several runs over one sequence (TRE, SRE) have no single row per frame.
        seconds: time spent in the tracker's ``init`` and ``update`` alone.
        timed_frames: frames handled in that time.
        failures: why a sequence was not finished, one sentence each.
        got10k: AO and SR over all its boxes; None on other data sets than GOT-10k.
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
        """The plain mean over the finished sequences; None when there are none."""
        return mean_score([*self.scores.values()]) if self.scores else None

    @property
    def fps(self) -> float | None:
        """All timed frames by the time that they took together; None when nothing was timed."""
        return self._fps(self.seconds.keys() & self.timed_frames.keys())

    def sequence_fps(self, name: str) -> float | None:
        """Frames per second on one sequence; None when it was not timed."""
        return self._fps({name} & self.seconds.keys() & self.timed_frames.keys())

    def mean_by_attribute(
        self, sequences: Iterable[Sequence]
    ) -> dict[str, tuple[SequenceScore, int]]:
        """The mean over the finished sequences with an attribute, and how many they are.

        Attributes are in the order of ``attributes_of``; those without such a sequence are left
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
                means[attribute] = mean_score(scores), len(scores)
        return means

    def _fps(self, names: set[str]) -> float | None:
        # Sorted, since the order in which floats are added shows in the last digit.
        seconds = sum(self.seconds[name] for name in sorted(names))
        return sum(self.timed_frames[name] for name in names) / seconds if seconds > 0 else None


def ranked(entries: Iterable[Entry]) -> list[Entry]:
    """The entries by success AUC, best first; those without a score last, equal ones as given."""

    def key(entry: Entry) -> float:
        mean = entry.mean
        return np.inf if mean is None else -mean.success_auc

    return sorted(entries, key=key)


def attributes_of(sequences: Iterable[Sequence]) -> list[str]:
    """The attributes that occur: those of OTB in its order, then others as they come."""
    found = dict.fromkeys(name for sequence in sequences for name in sequence.attributes)
    return [
        *(name for name in OTB_ATTRIBUTES if name in found),
        *(name for name in found if name not in OTB_ATTRIBUTES),
    ]
