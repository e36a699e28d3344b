"""Run a benchmark: ``tracker benchmark``."""

import platform
import shlex
import sys
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import tracker
from tracker.datasets import Sequence, open_dataset
from tracker.errors import DatasetError, OutputError
from tracker.evaluation.entrants import RESULTS
from tracker.evaluation.entry import Entry
from tracker.evaluation.explain import explain
from tracker.evaluation.metrics import got10k_overlaps, got10k_score
from tracker.evaluation.ope import Benchmark, evaluate
from tracker.evaluation.report import terminal_table, write_reports
from tracker.evaluation.tables import got10k_table
from tracker.frames import frame_size


@dataclass(frozen=True)
class BenchmarkJob:
    """Which trackers to run on which data: options of ``tracker benchmark``.

    Attributes:
        root: folder of the data set.
        dataset: its kind, see ``tracker.datasets``.
        sequences: names of the sequences to use; None for all.
        attribute: use only sequences with this attribute; None for all.
        trackers: names of trackers, see ``tracker.evaluation.entrants``.
        output: folder for results and reports; None if nothing is run.
        explain: print what each convention of scoring is worth.
    """

    root: Path
    dataset: str
    sequences: Collection[str] | None
    attribute: str | None
    trackers: Collection[str]
    output: Path | None
    explain: bool


def run_benchmark(job: BenchmarkJob, benchmark: Benchmark) -> int:
    """Run and score the trackers, print the table and write the reports.

    Args:
        job: what to run.
        benchmark: how to run and score.

    Returns:
        The exit code: 1 if a run failed, else 0.

    Raises:
        TrackerError: nothing could be run or a report could not be written.
    """
    if not job.output and any(not name.startswith(RESULTS) for name in job.trackers):
        raise OutputError("expected -o DIR: the results of the trackers need a folder")
    sequences = _sequences(job)
    entries = evaluate(sequences, job.trackers, job.output, benchmark)
    if job.dataset == "got10k":
        entries = [_with_got10k(entry, sequences) for entry in entries]
    print(terminal_table(entries))
    if got10k := got10k_table(entries):
        print(f"\n{got10k}")
    if job.explain and (text := explain(entries, sequences)):
        print(f"\n{text}")
    if job.output:
        about = _about(job, benchmark, sequences)
        for path in write_reports(job.output, entries, sequences, about):
            if path.name in ("report.md", "report.json"):
                print(f"wrote {path}")
    for entry in entries:
        for name, reason in entry.failures.items():
            print(f"tracker: {entry.name} failed on {name}: {reason}", file=sys.stderr)
    return int(any(entry.failures for entry in entries))


def _with_got10k(entry: Entry, sequences: Collection[Sequence]) -> Entry:
    """Add the scores of GOT-10k, AO and SR, which need the size of the frames."""
    overlaps = [
        got10k_overlaps(
            entry.boxes[each.name], each.boxes, frame_size(each.read_frame(0)), each.visible
        )
        for each in sequences
        if each.name in entry.boxes and each.has_frames
    ]
    return replace(entry, got10k=got10k_score(overlaps) if overlaps else None)


def _sequences(job: BenchmarkJob) -> list[Sequence]:
    """Open the sequences that the job asks for.

    Raises:
        DatasetError: they cannot be read, or none has the attribute.
    """
    sequences: list[Sequence] = open_dataset(job.dataset, job.root, job.sequences)
    if job.attribute is None:
        return sequences
    chosen = [each for each in sequences if job.attribute in each.attributes]
    if not chosen:
        known = sorted({name for each in sequences for name in each.attributes})
        raise DatasetError(
            f"expected an attribute out of {', '.join(known) or 'none here'}; got {job.attribute!r}"
        )
    return chosen


def _about(
    job: BenchmarkJob, benchmark: Benchmark, sequences: Collection[Sequence]
) -> dict[str, str]:
    """Describe the benchmark for the reports, by label."""
    frames = sum(len(each) for each in sequences)
    about = {
        "data set": f"{job.dataset}, {len(sequences)} sequences, {frames} frames",
        "protocol": benchmark.protocol.upper(),
        "policy": benchmark.policy,
    }
    if benchmark.settings:
        changed = ", ".join(f"{name}={value}" for name, value in benchmark.settings.items())
        about["settings"] = f"{changed}, in our models"
    return about | {
        "speed": "frames / seconds in init and update, reading the pictures not included; "
        f"{benchmark.jobs} at a time, threads of each: {benchmark.threads}",
        "version": f"tracker {tracker.__version__}",
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }
