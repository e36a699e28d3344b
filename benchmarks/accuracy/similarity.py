"""Measure how well ``tracker.compare`` tells the same object from another one.

    python -m benchmarks.accuracy.similarity OTB_FOLDER

Takes frames spread evenly over each target's sequence, and compares pairs of frames of one target
with pairs of two targets. AUC: the chance that a pair of one object has the higher value. EER: the
share of errors at the threshold at which both kinds of error are equally frequent.
"""

import argparse
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tracker import compare
from tracker.datasets import open_dataset
from tracker.models import available_models, load_model
from tracker.video.pictures import read_image


class Separation(NamedTuple):
    """How well a value separates two kinds of pairs.

    Attributes:
        auc: area under the ROC curve.
        eer: equal error rate.
        threshold: where the two kinds of error are equally frequent.
    """

    auc: float
    eer: float
    threshold: float


def separation(same: NDArray[np.float64], other: NDArray[np.float64]) -> Separation:
    """Measure the separation of values ``(N,)`` of one object from values ``(M,)`` of two."""
    higher = (same[:, None] > other).mean() + (same[:, None] == other).mean() / 2
    thresholds = np.sort(np.concatenate([same, other]))
    misses = np.array([(same < t).mean() for t in thresholds])
    alarms = np.array([(other >= t).mean() for t in thresholds])
    at = int(np.abs(misses - alarms).argmin())
    eer = (misses[at] + alarms[at]) / 2
    return Separation(float(higher), float(eer), float(thresholds[at]))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", metavar="OTB_FOLDER", type=Path)
    parser.add_argument("--frames", type=int, default=6, help="of each target (default 6)")
    args = parser.parse_args()
    samples = []
    for sequence in open_dataset("otb", args.root):
        last = len(sequence.boxes) - 1
        rows = np.linspace(0, last, args.frames).round().astype(int)
        samples += [
            (sequence.name, read_image(sequence.frame_paths[row]), sequence.boxes[row])
            for row in rows
            if sequence.visible[row]
        ]
    pairs = list(combinations(samples, 2))
    rng = np.random.default_rng(0)
    same = [pair for pair in pairs if pair[0][0] == pair[1][0]]
    other = [pair for pair in pairs if pair[0][0] != pair[1][0]]
    other = [other[i] for i in rng.permutation(len(other))[: 4 * len(same)]]
    print(f"{len(same)} pairs of one object, {len(other)} of two\n")
    print("| model | AUC | EER | at | median of one object | of two |\n|---|---|---|---|---|---|")
    for name in available_models():
        model = load_model(name)
        one, two = (
            np.array([compare(a[1], a[2], b[1], b[2], model) for a, b in chosen])
            for chosen in (same, other)
        )
        auc, eer, threshold = separation(one, two)
        print(
            f"| {name} | {auc:.3f} | {eer:.3f} | {threshold:.2f} "
            f"| {np.median(one):.2f} | {np.median(two):.2f} |"
        )


if __name__ == "__main__":
    main()
