"""Compare following two look-alikes that cross together and one by one.

    python -m benchmarks.crossing.run --train DIR [--set development]
        [--tracker default[,setting=value]] [-o result.json] [--pictures DIR]

Runs a ``MultiTracker`` with both objects, and two ``Tracker`` with one each, over composited
sequences with exact truth (``tracker.synthetic.composited.crossing``): two stills of one group, or
one and its mirror image, pass in front of each other three times. DIR is the folder of training
pictures. Settings are chosen on the development set; the report set is only for reporting.

After a crossing, boxes are counted in the frame in which the objects are farthest apart again.
"""

import argparse
import json
from functools import cache, partial
from pathlib import Path
from typing import Any

from tracker.threads import spin_briefly

spin_briefly()  # as the command line does, before PyTorch loads

from benchmarks.crossing.pictures import write_sheet
from benchmarks.crossing.results import CrossingResult, Follower, follow, followers, summary
from benchmarks.crossing.sets import KINDS, development_set, report_set
from benchmarks.jobs import in_jobs, use_threads
from benchmarks.tracker_names import parse_tracker
from tracker.errors import TrackerError
from tracker.synthetic.composited import Crossing

Results = list[dict[str, CrossingResult]]
"""For each sequence, by the way of following."""


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    crossings = make_set(args.train, args.set)
    if args.pictures:
        args.pictures.mkdir(parents=True, exist_ok=True)
        for crossing in crossings.values():
            write_sheet(crossing, args.pictures / f"{crossing.name}.jpg")
    results = in_jobs(partial(run_one, args), [(name,) for name in crossings], args.jobs)
    print_table(results)
    if args.output:
        args.output.write_text(json.dumps(report(args, results)) + "\n")


def parse_arguments() -> argparse.Namespace:
    """Parse the command line; fail if the tracker cannot be made."""
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
    """Make the followers from the name and settings of a tracker, once per process."""
    return followers(*parse_tracker(tracker))


@cache
def make_set(train: Path, name: str) -> dict[str, Crossing]:
    """Make the sequences of a set by name, once per process."""
    made = report_set(train) if name == "report" else development_set(train)
    return {crossing.name: crossing for crossing in made}


def run_one(args: argparse.Namespace, sequence: str) -> dict[str, CrossingResult]:
    """Run all followers over one sequence."""
    use_threads(args.threads)
    return follow(make_followers(args.tracker), make_set(args.train, args.set)[sequence])


def print_table(results: Results) -> None:
    """Print the table."""
    print(
        "| sequences | followed | overlap while apart | right after a crossing "
        "| on the other | both on one | lost |\n|---|---|---|---|---|---|---|"
    )
    for kind, ways in by_kind(results).items():
        for way, own in ways.items():
            row = summary(own)
            print(
                f"| {kind}, {len(own)} | {way} | {row['overlap']:.3f} "
                f"| {row['right']} of {row['boxes']} | {row['on_other']} "
                f"| {row['both_on_one']} | {row['lost']} |"
            )


def by_kind(results: Results) -> dict[str, dict[str, list[CrossingResult]]]:
    """Group the results by kind and by the way of following."""
    return {
        kind: {way: [ways[way] for ways in results if ways[way].kind == kind] for way in results[0]}
        for kind in KINDS
    }


def report(args: argparse.Namespace, results: Results) -> dict[str, Any]:
    """Return the numbers by kind and by sequence."""
    return {
        "set": args.set,
        "threads": args.threads,
        "tracker": args.tracker,
        "kinds": {
            kind: {way: summary(own) for way, own in ways.items()}
            for kind, ways in by_kind(results).items()
        },
        "sequences": {
            next(iter(ways.values())).name: {way: summary([result]) for way, result in ways.items()}
            for ways in results
        },
    }


if __name__ == "__main__":
    main()
