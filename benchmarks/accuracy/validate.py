"""Compare models and settings on annotated clips, track by track.

    python -m benchmarks.accuracy.validate --clips FOLDER --jobs 2 \
        default default,window_influence=0.3 OUT/weights.safetensors

Every track is followed from its first annotated frame, and again from ``--starts`` frames later,
for at most ``--frames`` frames. Prints the mean success AUC of each variant, over all and per
group, and the paired difference to the first variant with a 95 % interval (bootstrap over tracks):
a change is better when the interval says so. ``--store FILE`` keeps what was measured; only what
is missing there is run.

FOLDER holds ``<group>/boxes.csv`` (``clip,frame,track,x,y,w,h``, 0-based) and
``<group>/<clip>.mp4``. Variants are names or weights files, with settings after commas.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.clips import AnnotatedTrack, read_tracks
from benchmarks.accuracy.paired import paired_difference
from benchmarks.jobs import in_jobs, use_threads
from benchmarks.tracker_names import make_tracker
from tracker.evaluation.entrants import box_of
from tracker.evaluation.metrics import score_sequence

Measured = dict[str, dict[str, float]]
"""Success AUC by variant, and by ``track@start``."""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=Path, required=True, help="folder of annotated clips")
    parser.add_argument("--frames", type=int, default=150, help="most frames of a track")
    parser.add_argument("--starts", default="0,10", help="frames to skip, by comma (default 0,10)")
    parser.add_argument("--jobs", type=int, default=1, help="processes, one thread each")
    parser.add_argument("--store", type=Path, help="JSON file to keep what was measured")
    parser.add_argument("variants", nargs="+", metavar="VARIANT")
    args = parser.parse_args()

    tracks = read_tracks(args.clips)
    starts = [int(start) for start in args.starts.split(",")]
    measured: Measured = {}
    if args.store and args.store.exists():
        measured = json.loads(args.store.read_text())
    for variant in args.variants:
        known = measured.setdefault(variant, {})
        tasks = [
            (variant, track, start, args.frames)
            for track in tracks
            for start in starts
            if run_name(track, start) not in known
        ]
        values = in_jobs(success_auc, tasks, args.jobs) if tasks else []
        for (_, track, start, _), value in zip(tasks, values, strict=True):
            if value is not None:
                known[run_name(track, start)] = value
        if args.store:
            args.store.write_text(json.dumps(measured, indent=1))
    print(report(measured, args.variants))


def run_name(track: AnnotatedTrack, start: int) -> str:
    """Return the name of one run over a track."""
    return f"{track.name}@{start}"


def success_auc(variant: str, track: AnnotatedTrack, start: int, most: int) -> float | None:
    """Follow a track with a variant; None if it has no frames from there on."""
    use_threads(1)
    frames, truth = track.read(start, most)
    known = ~np.isnan(truth).any(axis=1)
    if known.sum() < 2:
        return None
    tracker: Any = make_tracker(variant)
    tracker.init(frames[0], truth[0])
    boxes = [tuple(truth[0]), *(box_of(tracker.update(frame)) for frame in frames[1:])]
    return float(score_sequence(np.array(boxes)[known], truth[known]).success_auc)


def report(measured: Measured, variants: Sequence[str]) -> str:
    """Return the mean of each variant by group, and its paired difference to the first variant."""
    names = sorted(set.intersection(*(set(measured[variant]) for variant in variants)))
    groups = sorted({name.split("/")[0] for name in names})
    lines = [f"{len(names)} runs; mean success AUC: all, {', '.join(groups)}"]
    for variant in variants:
        values = np.array([measured[variant][name] for name in names])
        by_group = [
            np.mean(
                [value for name, value in zip(names, values, strict=True) if _is_of(name, group)]
            )
            for group in groups
        ]
        means = " ".join(f"{value:.3f}" for value in [values.mean(), *by_group])
        lines.append(f"{means}  {variant}")
        if variant != variants[0]:
            reference = _by_track(measured[variants[0]], names)
            difference = paired_difference(_by_track(measured[variant], names), reference)
            lines.append(f"    against {variants[0]}, by track: {difference}")
    return "\n".join(lines)


def _is_of(name: str, group: str) -> bool:
    """Tell whether a run is of a group."""
    return name.startswith(f"{group}/")


def _by_track(values: dict[str, float], names: Sequence[str]) -> list[float]:
    """Average the starts of each track, so that the bootstrap draws tracks."""
    runs: dict[str, list[float]] = {}
    for name in names:
        runs.setdefault(name.rpartition("@")[0], []).append(values[name])
    return [float(np.mean(each)) for each in runs.values()]


if __name__ == "__main__":
    main()
