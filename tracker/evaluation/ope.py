"""Run trackers over a data set and score them: one-pass evaluation, and OTB's TRE and SRE.

``evaluate`` is the whole benchmark. It runs what is not finished yet, then reads all results back
from their files and scores them, so that a resumed benchmark gives the same numbers as an unbroken
one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tracker.datasets.sequence import Sequence
from tracker.errors import DatasetError, EntrantError, OutputError
from tracker.evaluation.alignment import on_sequence, scored_rows
from tracker.evaluation.entrants import RESULTS, check_labels, label, make_entrant
from tracker.evaluation.entry import Entry
from tracker.evaluation.metrics import pooled_score, score_sequence
from tracker.evaluation.policies import PolicyName
from tracker.evaluation.protocols import ProtocolName, Run, runs_of
from tracker.evaluation.result_files import ResultFolder, RunTime, find_results
from tracker.evaluation.workers import Task, run_tasks
from tracker.formats.otb import read_boxes

Failures = dict[tuple[str, str], str]
"""Why a run failed, by the name of the tracker and the name of the run."""


@dataclass(frozen=True)
class Benchmark:
    """How to run and score; the same for every tracker.

    Attributes:
        protocol: which runs each sequence gets: "ope", "tre" or "sre".
        policy: the toolkit whose rules for invalid boxes are used, see
            ``tracker.evaluation.policies``.
        device: as in ``tracker.Tracker``.
        jobs: number of child processes; more finish sooner, but each may be timed slower.
        threads: threads of each child; another number can change the last digits of the boxes.
        step_seconds: time limit for one frame; a tracker that needs longer has failed.
        settings: settings of ``TrackerConfig`` that replace those of our models.
        resume: keep the finished runs of an earlier benchmark in the same folder.
        quiet: show no progress bar.
    """

    protocol: ProtocolName = "ope"
    policy: PolicyName = "otb"
    device: str = "auto"
    jobs: int = 1
    threads: int = 1
    step_seconds: float = 60.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    resume: bool = False
    quiet: bool = False


def evaluate(
    sequences: Collection[Sequence],
    entrants: Collection[str],
    directory: Path | None,
    benchmark: Benchmark,
) -> list[Entry]:
    """Run every tracker on every sequence and score the results.

    Args:
        sequences: the sequences of the data set.
        entrants: names of trackers, see ``tracker.evaluation.entrants``.
        directory: gets ``<tracker>/<sequence>.txt`` for every tracker that is run; may be None if
            none is run.
        benchmark: how to run and score.

    Returns:
        One entry per tracker, in the order given. A failed run is listed in ``failures`` and does
        not stop the others.

    Raises:
        EntrantError, WeightsError, DeviceError, SettingError: a tracker cannot be made, or the
            protocol is not "ope" and there are results made elsewhere; nothing has been run.
        DatasetError: a sequence cannot be run, e.g. has no pictures.
        OutputError: there are results already and ``resume`` is off, there is no directory to
            write to, or a result cannot be written.
    """
    check_labels(entrants)
    active = [name for name in entrants if not name.startswith(RESULTS)]
    if benchmark.protocol != "ope" and len(active) < len(entrants):
        raise EntrantError(
            f"expected trackers to run for {benchmark.protocol}; {RESULTS} files are of one pass"
        )
    folders: dict[str, ResultFolder] = {}
    if active:
        if directory is None:
            raise OutputError("expected a folder for the results of the trackers; got none")
        folders = {name: ResultFolder(directory / label(name)) for name in active}
    for name, folder in folders.items():
        make_entrant(name, benchmark.device, benchmark.settings)
        if folder.folder.exists() and not benchmark.resume:
            raise OutputError(f"there are results in {folder.folder}; go on with --resume")
    runs = {each.name: runs_of(each, benchmark.protocol) for each in sequences if active}
    failures = _run_unfinished(folders, runs, benchmark)
    return [
        _score_own(name, folders[name], sequences, runs, failures, benchmark)
        if name in folders
        else _score_published(Path(name.removeprefix(RESULTS)), sequences, benchmark.policy)
        for name in entrants
    ]


def _run_unfinished(
    folders: dict[str, ResultFolder], runs: dict[str, list[Run]], benchmark: Benchmark
) -> Failures:
    """Run everything that has no result file yet, and return the failures.

    Args:
        folders: by name of the tracker.
        runs: by name of the sequence.
        benchmark: how to run.
    """
    tasks = [
        Task(name, run, benchmark.device, benchmark.settings)
        for of_sequence in runs.values()
        for run in of_sequence
        for name, folder in folders.items()
        if not folder.has(run.name)
    ]
    for task in tasks:
        if not task.run.sequence.has_frames:
            raise DatasetError(f"{task.run.sequence.name} has no pictures to run {task.entrant} on")
    failures: Failures = {}
    frames = sum(len(task.run.sequence) for task in tasks)
    with tqdm(total=frames, unit="frame", disable=True if benchmark.quiet else None) as progress:
        for task, outcome in run_tasks(
            tasks,
            jobs=benchmark.jobs,
            threads=benchmark.threads,
            step_seconds=benchmark.step_seconds,
            on_frame=progress.update,
        ):
            if outcome.failure:
                failures[task.entrant, task.run.name] = outcome.failure
            else:
                folders[task.entrant].write(task.run.name, outcome.boxes, outcome.seconds)
    return failures


def _score_own(
    name: str,
    folder: ResultFolder,
    sequences: Iterable[Sequence],
    runs: dict[str, list[Run]],
    failures: Failures,
    benchmark: Benchmark,
) -> Entry:
    """Score the result files of a tracker that was run here."""
    entry = Entry(label(name), {})
    for sequence in sequences:
        of_sequence = runs[sequence.name]
        failed = [
            f"{run.name}: {failures[name, run.name]}"
            for run in of_sequence
            if (name, run.name) in failures
        ]
        if failed:
            entry.failures[sequence.name] = "; ".join(failed)
            continue
        try:
            boxes = [folder.read(run.name) for run in of_sequence]
            times = [folder.read_time(run.name) or RunTime(0.0, 0) for run in of_sequence]
            entry.scores[sequence.name] = pooled_score(
                [
                    score_sequence(each, run.sequence.boxes, benchmark.policy)
                    for each, run in zip(boxes, of_sequence, strict=True)
                ]
            )
        except DatasetError as error:  # somebody changed a result file
            entry.failures[sequence.name] = str(error)
            continue
        entry.seconds[sequence.name] = sum(time.seconds for time in times)
        entry.timed_frames[sequence.name] = sum(time.frames for time in times)
        if benchmark.protocol == "ope":
            entry.boxes[sequence.name] = on_sequence(boxes[0], sequence)
    return entry


def _score_published(folder: Path, sequences: Iterable[Sequence], policy: PolicyName) -> Entry:
    """Score one-pass result files made elsewhere; a missing or unreadable file is a failure."""
    if not folder.is_dir():
        raise DatasetError(f"no folder {folder} with results")
    entry = Entry(label(f"{RESULTS}{folder}"), {})
    for sequence in sequences:
        try:
            boxes = on_sequence(read_boxes(find_results(folder, sequence), first_pixel=1), sequence)
            entry.scores[sequence.name] = score_sequence(*scored_rows(boxes, sequence), policy)
            entry.boxes[sequence.name] = boxes
        except DatasetError as error:
            entry.failures[sequence.name] = str(error)
    return entry
