"""Fit the score of a model: midpoint and slope of the logistic curve over the response peak.

    python -m benchmarks.accuracy.calibration --clips FOLDER [--model NAME]

Follows every annotated track of the clips, then cuts to another clip for ten frames in which the
object is absent, and fits ``score = 1 / (1 + exp(slope * (midpoint - peak)))`` to whether the
overlap is above 0.5 (logistic regression, maximum likelihood). The peak is that of the response, or
its share of the usual peak, depending on the model's ``score_share``. Prints the two numbers for
``TrackerConfig``, and how reliable the score is on the tracks held out of the fit (every second
one).

FOLDER holds ``<group>/boxes.csv`` (``clip,frame,track,x,y,w,h``, 0-based) and
``<group>/<clip>/<frame>.jpg``.
"""

import argparse
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.accuracy.clips import read_box_rows
from tracker.boxes import Box, overlap
from tracker.tracking.tracker import Tracker
from tracker.video.pictures import read_image

Track = list[tuple[Path, Box]]
"""Pictures and boxes of one object in time order."""
ABSENT_FRAMES = 10


class Logistic(NamedTuple):
    """A curve ``1 / (1 + exp(slope * (midpoint - peak)))``."""

    midpoint: float
    slope: float


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clips", type=Path, required=True, help="folder of annotated clips")
    parser.add_argument("--model", default="default", help="name or weights file")
    args = parser.parse_args()

    # With these settings scores give the peaks back, and no object is ever called lost.
    tracker = Tracker(args.model, score_midpoint=0.0, score_slope=1.0, lost_score=0.0)
    tracks = read_tracks(args.clips)
    samples = []  # per track: (peak, right) of each frame
    for number, track in enumerate(tqdm(tracks, unit="track")):
        elsewhere = tracks[(number + len(tracks) // 2) % len(tracks)]
        samples.append(follow(tracker, track, elsewhere[:ABSENT_FRAMES]))
    fitted, held_out = np.concatenate(samples[::2]), np.concatenate(samples[1::2])
    midpoint, slope = fit_logistic(*fitted.T)
    print(f"score_midpoint={midpoint:.3f}, score_slope={slope:.2f}")
    print(f"\n{len(tracks)} tracks, {len(fitted)} frames fitted, {len(held_out)} held out:\n")
    print_reliability(1 / (1 + np.exp(slope * (midpoint - held_out[:, 0]))), held_out[:, 1])


def read_tracks(folder: Path) -> list[Track]:
    """Read all tracks of at least three frames."""
    tracks: dict[tuple[str, ...], Track] = defaultdict(list)
    for row in read_box_rows(folder, str):
        picture = row.folder / row.clip / f"{row.frame}.jpg"
        tracks[row.folder.name, row.clip, row.track].append((picture, row.box))
    return [sorted(track) for track in tracks.values() if len(track) >= 3]


def follow(tracker: Tracker, track: Track, elsewhere: Track) -> NDArray[np.float64]:
    """Follow a track, then frames without the object.

    Returns:
        ``(N, 2)``, a row per frame: response peak, and 1 if the box is right, else 0.
    """
    tracker.init(read_image(track[0][0]), track[0][1])
    rows: list[tuple[float, float]] = []
    for picture, truth in track[1:]:
        result = tracker.update(read_image(picture))
        rows.append((peak_of(result.score), float(overlap(result.box, truth)) > 0.5))
    rows += [(peak_of(tracker.update(read_image(picture)).score), 0) for picture, _ in elsewhere]
    return np.array(rows, float)


def peak_of(score: float) -> float:
    """Return the response peak behind a score of midpoint 0 and slope 1."""
    return float(np.log(score / (1 - score)))


def fit_logistic(
    peaks: NDArray[np.float64], right: NDArray[np.float64], steps: int = 50
) -> Logistic:
    """Fit the logistic curve of greatest likelihood by Newton's method."""
    inputs = np.stack([peaks, np.ones_like(peaks)])
    weights = np.zeros(2)
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-weights @ inputs))
        curvature = (inputs * (chance * (1 - chance))) @ inputs.T
        weights += np.linalg.solve(curvature, inputs @ (right - chance))
    return Logistic(float(-weights[1] / weights[0]), float(weights[0]))


def print_reliability(scores: NDArray[np.float64], right: NDArray[np.float64]) -> None:
    """Print for each tenth of the score how often the box is right."""
    print("| score | frames | mean score | overlap > 0.5 |\n|---|---|---|---|")
    for low in np.arange(0, 1, 0.1):
        inside = (scores >= low) & (scores < low + 0.1)
        if inside.any():
            print(
                f"| {low:.1f}-{low + 0.1:.1f} | {inside.sum()} | {scores[inside].mean():.2f} "
                f"| {right[inside].mean():.2f} |"
            )


if __name__ == "__main__":
    main()
