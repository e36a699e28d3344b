"""Does a tracker notice that its object is gone, and find it again when it is back?

    python benchmarks/long_term.py --otb DIR --train DIR --tracker default --tracker opencv-mil
        [--set development] [--only cut] [-o result.json] [--plot SEQUENCE FILE] [--pictures DIR]

Runs trackers over composited sequences with exact truth (``tracker.synthetic.composited``), each
with two absences of 30 to 200 frames: a cut to another clip, a camera that pans away, an occluder,
and cut-out stills that leave the frame. DIR are folders of OTB sequences and of training pictures.
Settings are chosen on the development set, from training clips; the report set is only reported.

A tracker is a name that ``tracker benchmark`` takes; one of ours may have settings after it:
``default,lost_score=0.3``. OpenCV's trackers have no score: they count as tracking, with score 1,
unless they report failure.
"""

import argparse
import json
from functools import cache, partial
from pathlib import Path

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

import numpy as np
from jobs import in_jobs, use_threads
from long_term_pictures import write_sheet
from long_term_plot import plot, plot_reliability
from long_term_runs import Run, follow, summary, tracker_from
from long_term_sets import KINDS, development_set, report_set

from tracker.errors import TrackerError
from tracker.synthetic.composited import Composite

Runs = dict[str, list[Run]]  # by tracker


def main() -> None:
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
    runs = run_all(args, list(composites))
    print_table(runs)
    if args.plot:
        sequence, path = args.plot
        plot(
            {name: next(run for run in own if run.name == sequence) for name, own in runs.items()},
            Path(path),
        )
    if args.reliability:
        plot_reliability(runs, args.reliability)
    if args.output:
        args.output.write_text(json.dumps(report(args, runs)) + "\n")


def parse_arguments() -> argparse.Namespace:
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
            tracker_from(name)
        except (TrackerError, TypeError, ValueError) as error:
            parser.error(f"--tracker {name}: {error}")
    return args


@cache
def make_set(otb: Path | None, train: Path, name: str) -> list[Composite]:
    return report_set(otb, train) if name == "report" else development_set(train)


def run_all(args: argparse.Namespace, sequences: list[str]) -> Runs:
    """Run every tracker over every sequence, ``args.jobs`` at a time."""
    tasks = [(name, sequence) for name in args.tracker for sequence in sequences]
    runs: Runs = {name: [] for name in args.tracker}
    results = in_jobs(partial(run_one, args), tasks, args.jobs)
    for (name, _), run in zip(tasks, results, strict=True):
        runs[name].append(run)
    return runs


def run_one(args: argparse.Namespace, name: str, sequence: str) -> Run:
    use_threads(args.threads)
    composites = make_set(args.otb, args.train, args.set)
    composite = next(composite for composite in composites if composite.name == sequence)
    return follow(tracker_from(name), composite)


def print_table(runs: Runs) -> None:
    print(
        "| sequences | tracker | F | precision | recall | re-found | frames until | false alarms "
        "| tracking while present | ms |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for kind in (*KINDS, "all"):
        for name, own in runs.items():
            chosen = [run for run in own if kind in (run.kind, "all")]
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


def report(args: argparse.Namespace, runs: Runs) -> dict:
    """Numbers of each tracker in all, by kind and by sequence, and its answers frame by frame."""
    trackers = {}
    for name, own in runs.items():
        kinds = {kind: [run for run in own if run.kind == kind] for kind in KINDS}
        trackers[name] = {
            "all": summary(own),
            "kinds": {kind: summary(some) for kind, some in kinds.items() if some},
            "sequences": {run.name: summary([run]) | answers(run) for run in own},
        }
    return {"set": args.set, "threads": args.threads, "trackers": trackers}


def answers(run: Run) -> dict[str, list]:
    """The frames after the first, as lists."""
    return {
        "until_found": [None if np.isinf(frames) else int(frames) for frames in run.until_found],
        "truth": [
            "present" if present else "absent" if absent else "partly"
            for present, absent in zip(run.present, run.absent, strict=True)
        ],
        "overlap": run.overlaps.round(4).tolist(),
        "score": [None if np.isnan(score) else score for score in run.scores.tolist()],
        "state": run.states.tolist(),
    }


if __name__ == "__main__":
    main()
