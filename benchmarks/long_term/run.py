"""Measure whether trackers notice that their object is gone, and find it again.

    python -m benchmarks.long_term.run --otb DIR --train DIR --tracker default --tracker opencv-mil
        [--set development] [--only cut] [-o result.json] [--plot SEQUENCE FILE] [--pictures DIR]

Runs trackers over composited sequences with exact truth (``tracker.synthetic.composited``), each
with two absences of 30 to 200 frames: a cut to another clip, a camera that pans away, an occluder,
and cut-out stills that leave the frame. The folders are those of OTB sequences and of training
pictures. Settings are chosen on the development set, made from training clips; the report set is
only for reporting.

A tracker is a name that ``tracker benchmark`` takes; one of ours may have settings after it:
``default,lost_score=0.3``. OpenCV's trackers have no score: they count as tracking, with score 1,
unless they report failure.
"""

import argparse
import json
from functools import cache, partial
from pathlib import Path
from typing import Any

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import numpy as np

from benchmarks.jobs import in_jobs, use_threads
from benchmarks.long_term.pictures import write_sheet
from benchmarks.long_term.plots import plot, plot_reliability
from benchmarks.long_term.results import LongTermResult, follow, summary
from benchmarks.long_term.sets import KINDS, development_set, report_set
from benchmarks.tracker_names import make_tracker
from tracker.errors import TrackerError
from tracker.synthetic.composited import Composite

Results = dict[str, list[LongTermResult]]
"""Those of every sequence, by tracker."""


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    composites = {
        composite.name: composite
        for composite in make_set(args.otb, args.train, args.set)
        if composite.kind in (args.only or KINDS)
    }
    if args.plot and args.plot[0] not in composites:
        raise SystemExit(f"no sequence {args.plot[0]}; there are {', '.join(composites)}")
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)
        for composite in composites.values():
            write_sheet(composite, args.pictures / f"{composite.name}.jpg")
    if not args.tracker:
        return
    results = run_all(args, list(composites))
    print_table(results)
    if args.plot:
        sequence, path = args.plot
        plot(
            {
                name: next(result for result in own if result.name == sequence)
                for name, own in results.items()
            },
            Path(path),
        )
    if args.reliability:
        plot_reliability(results, args.reliability)
    if args.output:
        args.output.write_text(json.dumps(report(args, results)) + "\n")


def parse_arguments() -> argparse.Namespace:
    """Parse the command line; fail if a tracker cannot be made."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--otb", type=Path, help="folder of OTB sequences, for the report set")
    parser.add_argument("--train", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--set", choices=("report", "development"), default="report")
    parser.add_argument("--only", choices=KINDS, action="append", help="this kind; repeat it")
    parser.add_argument(
        "--tracker",
        action="append",
        metavar="NAME[,SETTING=VALUE...]",
        help="repeat it for several",
    )
    parser.add_argument("--jobs", type=int, default=1, help="sequences at a time")
    parser.add_argument("--threads", type=int, default=2, help="of each job")
    parser.add_argument("-o", "--output", type=Path, help="write numbers and frames as JSON")
    parser.add_argument(
        "--plot", nargs=2, metavar=("SEQUENCE", "FILE"), help="draw score and state over time"
    )
    parser.add_argument(
        "--reliability",
        type=Path,
        metavar="FILE",
        help="draw how often the box is right at each score",
    )
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write contact sheets")
    args = parser.parse_args()
    if args.set == "report" and not args.otb:
        parser.error("the report set needs --otb")
    if not (args.tracker or args.pictures):
        parser.error("nothing to do: give --tracker or --pictures")
    for name in args.tracker or ():
        try:
            make_tracker(name)
        except (TrackerError, TypeError, ValueError) as error:
            parser.error(f"--tracker {name}: {error}")
    return args


@cache
def make_set(otb: Path, train: Path, name: str) -> list[Composite]:
    """Make the sequences of a set, once per process."""
    return report_set(otb, train) if name == "report" else development_set(train)


def run_all(args: argparse.Namespace, sequences: list[str]) -> Results:
    """Run every tracker over every sequence, ``args.jobs`` at a time."""
    tasks = [(name, sequence) for name in args.tracker for sequence in sequences]
    results: Results = {name: [] for name in args.tracker}
    in_order = in_jobs(partial(run_one, args), tasks, args.jobs)
    for (name, _), result in zip(tasks, in_order, strict=True):
        results[name].append(result)
    return results


def run_one(args: argparse.Namespace, name: str, sequence: str) -> LongTermResult:
    """Run one tracker over one sequence."""
    use_threads(args.threads)
    composites = make_set(args.otb, args.train, args.set)
    composite = next(composite for composite in composites if composite.name == sequence)
    return follow(make_tracker(name), composite)


def print_table(results: Results) -> None:
    """Print the table: a row for each kind of sequence and each tracker."""
    print(
        "| sequences | tracker | F | precision | recall | re-found | frames until | false alarms "
        "| tracking while present | ms |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for kind in (*KINDS, "all"):
        for name, own in results.items():
            chosen = [result for result in own if kind in (result.kind, "all")]
            if not chosen:
                continue
            row = summary(chosen)
            wait = "-" if row["frames_until_found"] is None else f"{row['frames_until_found']:.0f}"
            print(
                f"| {kind}, {len(chosen)} | {name} | {row['f_score']:.3f} "
                f"| {row['precision']:.3f} | {row['recall']:.3f} "
                f"| {row['refound']} of {row['returns']} | {wait} "
                f"| {row['false_alarms']:.1%} | {row['tracking_while_present']:.1%} "
                f"| {row['ms']:.1f} |"
            )


def report(args: argparse.Namespace, results: Results) -> dict[str, Any]:
    """Return the numbers of each tracker: overall, by kind, by sequence, and frame by frame."""
    trackers = {}
    for name, own in results.items():
        kinds = {kind: [result for result in own if result.kind == kind] for kind in KINDS}
        trackers[name] = {
            "all": summary(own),
            "kinds": {kind: summary(some) for kind, some in kinds.items() if some},
            "sequences": {each.name: summary([each]) | by_frame(each) for each in own},
        }
    return {"set": args.set, "threads": args.threads, "trackers": trackers}


def by_frame(result: LongTermResult) -> dict[str, list[Any]]:
    """Return a result as lists with an item for each frame after the first."""
    return {
        "until_found": [None if np.isinf(frames) else int(frames) for frames in result.until_found],
        "truth": [
            "present" if present else "absent" if absent else "partly"
            for present, absent in zip(result.present, result.absent, strict=True)
        ],
        "overlap": result.overlaps.round(4).tolist(),
        "score": [None if np.isnan(score) else score for score in result.scores.tolist()],
        "state": result.states.tolist(),
    }


if __name__ == "__main__":
    main()
