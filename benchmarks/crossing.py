"""Does a run of both objects keep look-alikes apart that cross, better than two runs of one?

    python benchmarks/crossing.py --train DIR [--set development]
        [--tracker default[,setting=value]] [-o result.json] [--pictures DIR]

Runs ``MultiTracker`` with both objects, and two ``Tracker`` with one each, over composited
sequences with exact truth (``tracker.synthetic.composited.crossing``): two stills of one group, or
one and its mirror image, pass in front of each other three times. DIR is the folder of training
pictures. Settings are chosen on the development set; the report set is only reported.

What is counted after a crossing is counted where the two are farthest apart again.
"""

import argparse
import json
from functools import cache, partial
from pathlib import Path

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

from crossing_pictures import write_sheet
from crossing_runs import Follower, Run, follow, followers, summary
from crossing_sets import KINDS, development_set, report_set
from jobs import in_jobs, use_threads
from long_term_runs import name_and_settings

from tracker.errors import TrackerError
from tracker.synthetic.composited import Crossing

Runs = list[dict[str, Run]]  # of each sequence, by the way of following


def main() -> None:
    args = parse_arguments()
    crossings = make_set(args.train, args.set)
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)
        for crossing in crossings.values():
            write_sheet(crossing, args.pictures / f"{crossing.name}.jpg")
    runs = in_jobs(partial(run_one, args), [(name,) for name in crossings], args.jobs)
    print_table(runs)
    if args.output:
        args.output.write_text(json.dumps(report(args, runs)) + "\n")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--train", type=Path, required=True, help="folder of training pictures")
    parser.add_argument("--set", choices=("report", "development"), default="report")
    parser.add_argument("--tracker", default="default", metavar="NAME[,SETTING=VALUE...]")
    parser.add_argument("--jobs", type=int, default=1, help="sequences at a time")
    parser.add_argument("--threads", type=int, default=2, help="of each job")
    parser.add_argument("-o", "--output", type=Path, help="write the numbers as JSON")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write contact sheets")
    args = parser.parse_args()
    try:
        make_followers(args.tracker)
    except (TrackerError, TypeError, ValueError) as error:
        parser.error(f"--tracker {args.tracker}: {error}")
    return args


@cache
def make_followers(tracker: str) -> dict[str, Follower]:
    return followers(*name_and_settings(tracker))


@cache
def make_set(train: Path, name: str) -> dict[str, Crossing]:
    made = report_set(train) if name == "report" else development_set(train)
    return {crossing.name: crossing for crossing in made}


def run_one(args: argparse.Namespace, sequence: str) -> dict[str, Run]:
    use_threads(args.threads)
    return follow(make_followers(args.tracker), make_set(args.train, args.set)[sequence])


def print_table(runs: Runs) -> None:
    print(
        "| sequences | followed | overlap while apart | right after a crossing "
        "| on the other | both on one | lost |\n|---|---|---|---|---|---|---|"
    )
    for kind, ways in by_kind(runs).items():
        for way, own in ways.items():
            row = summary(own)
            print(
                f"| {kind}, {len(own)} | {way} | {row['overlap']:.3f} "
                f"| {row['right']} of {row['boxes']} | {row['on_other']} "
                f"| {row['both_on_one']} | {row['lost']} |"
            )


def by_kind(runs: Runs) -> dict[str, dict[str, list[Run]]]:
    """The runs of each kind, by the way of following."""
    return {
        kind: {way: [ways[way] for ways in runs if ways[way].kind == kind] for way in runs[0]}
        for kind in KINDS
    }


def report(args: argparse.Namespace, runs: Runs) -> dict:
    """Numbers by kind and by sequence."""
    return {
        "set": args.set,
        "threads": args.threads,
        "tracker": args.tracker,
        "kinds": {
            kind: {way: summary(own) for way, own in ways.items()}
            for kind, ways in by_kind(runs).items()
        },
        "sequences": {
            next(iter(ways.values())).name: {way: summary([run]) for way, run in ways.items()}
            for ways in runs
        },
    }


if __name__ == "__main__":
    main()
