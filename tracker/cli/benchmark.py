"""One ``tracker benchmark``: data set in, runs, scores, reports out."""

import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import tracker
from tracker.datasets import Sequence as Clip
from tracker.datasets import open_dataset
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
    """What to run on what: the options of ``tracker benchmark``, as given."""

    root: Path
    dataset: str
    sequences: Sequence[str] | None  # names; None for all
    attribute: str | None  # only sequences with it
    trackers: Sequence[str]
    output: Path | None
    explain: bool  # print what each convention is worth


def run_benchmark(job: BenchmarkJob, how: Benchmark) -> int:
    """Run, score, print the table and write the reports; the exit code: 1 if a run failed.

    Raises:
        TrackerError: nothing could be run or a report could not be written.
    """
    if not job.output and any(not name.startswith(RESULTS) for name in job.trackers):
        raise OutputError("expected -o DIR: the results of the trackers need a folder")
    clips = _clips(job)
    entries = evaluate(clips, job.trackers, job.output, how)
    if job.dataset == "got10k":
        entries = [_with_got10k(entry, clips) for entry in entries]
    print(terminal_table(entries))
    if got10k := got10k_table(entries):
        print(f"\n{got10k}")
    if job.explain and (text := explain(entries, clips)):
        print(f"\n{text}")
    if job.output:
        for path in write_reports(job.output, entries, clips, _about(job, how, clips)):
            if path.name in ("report.md", "report.json"):
                print(f"wrote {path}")
    for entry in entries:
        for name, reason in entry.failures.items():
            print(f"tracker: {entry.name} failed on {name}: {reason}", file=sys.stderr)
    return int(any(entry.failures for entry in entries))


def _with_got10k(entry: Entry, clips: Sequence[Clip]) -> Entry:
    """Add AO and SR, for which the size of the pictures must be known."""
    overlaps = [
        got10k_overlaps(
            entry.boxes[clip.name], clip.boxes, frame_size(clip.read_frame(0)), clip.visible
        )
        for clip in clips
        if clip.name in entry.boxes and clip.has_frames
    ]
    return replace(entry, got10k=got10k_score(overlaps) if overlaps else None)


def _clips(job: BenchmarkJob) -> list[Clip]:
    clips = open_dataset(job.dataset, job.root, job.sequences)
    if job.attribute is None:
        return clips
    chosen = [clip for clip in clips if job.attribute in clip.attributes]
    if not chosen:
        known = sorted({name for clip in clips for name in clip.attributes})
        raise DatasetError(
            f"expected an attribute out of {', '.join(known) or 'none here'}; got {job.attribute!r}"
        )
    return chosen


def _about(job: BenchmarkJob, how: Benchmark, clips: Sequence[Clip]) -> dict[str, str]:
    frames = sum(len(clip) for clip in clips)
    return {
        "data set": f"{job.dataset}, {len(clips)} sequences, {frames} frames",
        "protocol": how.protocol.upper(),
        "policy": how.policy,
        "speed": "frames / seconds in init and update, reading the pictures not included; "
        f"{how.jobs} at a time, threads of each: {how.threads}",
        "version": f"tracker {tracker.__version__}",
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }
