"""Run trackers over a data set and score them: one-pass evaluation, and OTB's TRE and SRE.

``evaluate`` is the whole benchmark: what is not finished yet is run, then everything is read back
from the files and scored, so that a resumed benchmark and an unbroken one give the same numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from tracker.datasets.sequence import Sequence as Clip
from tracker.errors import DatasetError, EntrantError, OutputError
from tracker.evaluation.alignment import on_sequence, scored_rows
from tracker.evaluation.entrants import RESULTS, check_labels, label, make_entrant
from tracker.evaluation.entry import Entry
from tracker.evaluation.metrics import pooled_score, score_sequence
from tracker.evaluation.protocols import Run, runs_of
from tracker.evaluation.result_files import ResultFolder, find_results
from tracker.evaluation.workers import Task, run_tasks
from tracker.formats.otb import read_boxes

Failures = dict[tuple[str, str], str]
"""Why a run failed, by the names of its tracker and of the run."""


@dataclass(frozen=True)
class Benchmark:
    """How to run and score; the same for every tracker."""

    protocol: str = "ope"  # "ope", "tre" or "sre"
    policy: str = "otb"  # treatment of odd frames, see tracker.evaluation.policies
    device: str = "auto"
    jobs: int = 1  # child processes
    threads: int = 1  # of each; another number can change the last digits of the boxes
    step_seconds: float = 60.0  # a tracker that needs longer for one frame has failed
    resume: bool = False  # keep the finished runs of an earlier benchmark
    quiet: bool = False  # no progress bar


def evaluate(
    clips: Sequence[Clip], entrants: Sequence[str], directory: Path | None, benchmark: Benchmark
) -> list[Entry]:
    """Run every tracker on every sequence and score the results.

    Args:
        clips: the sequences.
        entrants: names of trackers, see ``tracker.evaluation.entrants``.
        directory: gets ``<tracker>/<sequence>.txt`` for every tracker that is run; not needed
            where none is.
        benchmark: how.

    Returns:
        One entry per tracker, in the order given. A run that fails is in its ``failures``, and the
        others go on.

    Raises:
        EntrantError, WeightsError, DeviceError: a tracker cannot be made, or the protocol is not
            "ope" and there are results made elsewhere; nothing has been run.
        DatasetError: a sequence cannot be run, e.g. has no pictures.
        OutputError: there are results already and ``resume`` is off, or one cannot be written.
    """
    check_labels(entrants)
    active = [name for name in entrants if not name.startswith(RESULTS)]
    if benchmark.protocol != "ope" and len(active) < len(entrants):
        raise EntrantError(
            f"expected trackers to run for {benchmark.protocol}; {RESULTS} files are of one pass"
        )
    folders = {name: ResultFolder(directory / label(name)) for name in active}
    for name, folder in folders.items():
        make_entrant(name, benchmark.device)
        if folder.folder.exists() and not benchmark.resume:
            raise OutputError(f"there are results in {folder.folder}; go on with --resume")
    runs = {clip.name: runs_of(clip, benchmark.protocol) for clip in clips} if active else {}
    failures = _run_unfinished(folders, runs, benchmark)
    return [
        _score_own(name, folders[name], clips, runs, failures, benchmark)
        if name in folders
        else _score_published(Path(name.removeprefix(RESULTS)), clips, benchmark.policy)
        for name in entrants
    ]


def _run_unfinished(
    folders: dict[str, ResultFolder], runs: dict[str, list[Run]], benchmark: Benchmark
) -> Failures:
    """Run what has no result file yet; why each run that failed did."""
    tasks = [
        Task(name, run, benchmark.device)
        for of_clip in runs.values()
        for run in of_clip
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
    clips: Iterable[Clip],
    runs: dict[str, list[Run]],
    failures: Failures,
    benchmark: Benchmark,
) -> Entry:
    entry = Entry(label(name), {})
    for clip in clips:
        of_clip = runs[clip.name]
        failed = [
            f"{run.name}: {failures[name, run.name]}"
            for run in of_clip
            if (name, run.name) in failures
        ]
        if failed:
            entry.failures[clip.name] = "; ".join(failed)
            continue
        try:
            boxes = [folder.read(run.name) for run in of_clip]
            times = [folder.read_time(run.name) or (0.0, 0) for run in of_clip]
            entry.scores[clip.name] = pooled_score(
                [
                    score_sequence(each, run.sequence.boxes, benchmark.policy)
                    for each, run in zip(boxes, of_clip, strict=True)
                ]
            )
        except DatasetError as error:  # a result file that somebody changed
            entry.failures[clip.name] = str(error)
            continue
        entry.seconds[clip.name] = sum(seconds for seconds, _ in times)
        entry.timed_frames[clip.name] = sum(frames for _, frames in times)
        if benchmark.protocol == "ope":
            entry.boxes[clip.name] = on_sequence(boxes[0], clip)
    return entry


def _score_published(folder: Path, clips: Iterable[Clip], policy: str) -> Entry:
    """Score one-pass result files made elsewhere; a sequence without a sound file has failed."""
    if not folder.is_dir():
        raise DatasetError(f"no folder {folder} with results")
    entry = Entry(label(f"{RESULTS}{folder}"), {})
    for clip in clips:
        try:
            boxes = on_sequence(read_boxes(find_results(folder, clip), first_pixel=1), clip)
            entry.scores[clip.name] = score_sequence(*scored_rows(boxes, clip), policy)
            entry.boxes[clip.name] = boxes
        except DatasetError as error:
            entry.failures[clip.name] = str(error)
    return entry
