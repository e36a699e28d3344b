"""Run trackers over a data set and score them: one-pass evaluation, and OTB's TRE and SRE.

``evaluate`` is the whole benchmark: what is not finished yet is run, then everything is read back
from the files and scored, so that a resumed benchmark and an unbroken one give the same numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tracker.datasets.sequence import Sequence as Clip
from tracker.datasets.text import read_boxes
from tracker.errors import DatasetError, EntrantError, OutputError, TrackerError
from tracker.evaluation.entrants import RESULTS, check_labels, label, make_entrant
from tracker.evaluation.entry import Entry
from tracker.evaluation.metrics import SequenceScore, align, pooled_score, score_sequence
from tracker.evaluation.protocols import Run, runs_of
from tracker.evaluation.result_files import ResultFolder, find_results
from tracker.evaluation.workers import Task, run_tasks


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
        raise EntrantError(f"expected trackers to run for {benchmark.protocol}; "
                           f"{RESULTS} files are of one pass")  # fmt: skip
    folders = {name: ResultFolder(directory / label(name)) for name in active}
    for name, folder in folders.items():
        make_entrant(name, benchmark.device)
        if folder.folder.exists() and not benchmark.resume:
            raise OutputError(f"there are results in {folder.folder}; go on with --resume")
    runs = {clip.name: runs_of(clip, benchmark.protocol) for clip in clips} if active else {}
    failures = _run_unfinished(folders, runs, benchmark)
    entries = [
        _score_own(name, folders[name], runs, failures, benchmark)
        if name in folders
        else _score_published(Path(name.removeprefix(RESULTS)), clips, benchmark.policy)
        for name in entrants
    ]
    for entry in entries:
        for clip in clips:
            if clip.name in entry.boxes:
                entry.boxes[clip.name] = _from_first_row(entry.boxes[clip.name], clip)
    return entries


def _run_unfinished(
    folders: dict[str, ResultFolder], runs: dict[str, list[Run]], benchmark: Benchmark
) -> dict[Task, str]:
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
    failures: dict[Task, str] = {}
    frames = sum(len(task.run.sequence) for task in tasks)
    with tqdm(total=frames, unit="frame", disable=True if benchmark.quiet else None) as progress:
        for task, outcome in run_tasks(
            tasks, jobs=benchmark.jobs, threads=benchmark.threads,
            step_seconds=benchmark.step_seconds, on_frame=progress.update,
        ):  # fmt: skip
            if outcome.failure:
                failures[task] = outcome.failure
            else:
                folders[task.entrant].write(task.run.name, outcome.boxes, outcome.seconds)
    return failures


def _score_own(
    name: str, folder: ResultFolder, runs: dict[str, list[Run]], failures: dict[Task, str],
    benchmark: Benchmark,
) -> Entry:  # fmt: skip
    entry = Entry(label(name), {})
    for clip_name, of_clip in runs.items():
        failed = [f"{run.name}: {failures[task]}" for run in of_clip
                  if (task := Task(name, run, benchmark.device)) in failures]  # fmt: skip
        if failed:
            entry.failures[clip_name] = "; ".join(failed)
            continue
        scores = []
        for run in of_clip:
            boxes = folder.read(run.name)
            scores.append(score_sequence(boxes, run.sequence.boxes, benchmark.policy))
            seconds, frames = folder.read_time(run.name) or (0.0, 0)
            entry.seconds[clip_name] = entry.seconds.get(clip_name, 0.0) + seconds
            entry.timed_frames[clip_name] = entry.timed_frames.get(clip_name, 0) + frames
            if benchmark.protocol == "ope":
                entry.boxes[clip_name] = boxes
        entry.scores[clip_name] = pooled_score(scores)
    return entry


def _score_published(folder: Path, clips: Iterable[Clip], policy: str) -> Entry:
    """Score one-pass result files made elsewhere; a sequence without a sound file has failed."""
    if not folder.is_dir():
        raise DatasetError(f"no folder {folder} with results")
    entry = Entry(label(f"{RESULTS}{folder}"), {})
    for clip in clips:
        try:
            boxes = read_boxes(find_results(folder, clip), first_pixel=1)
            entry.scores[clip.name] = score_published(boxes, clip, policy)
            entry.boxes[clip.name] = boxes
        except TrackerError as error:
            entry.failures[clip.name] = str(error)
    return entry


def score_published(boxes: np.ndarray, clip: Clip, policy: str = "otb") -> SequenceScore:
    """Score boxes made elsewhere, which may lack the rows that published files lack.

    These are the frames that the protocol leaves out at the start, and a last row in which the
    object is not visible.

    Raises:
        DatasetError: any other number of rows.
    """
    results, truth = align(
        boxes, clip.boxes,
        skipped_at_start=clip.skipped, missing_at_end=int(not clip.visible[-1]),
    )  # fmt: skip
    return score_sequence(results, truth, policy)


def _from_first_row(boxes: np.ndarray, clip: Clip) -> np.ndarray:
    """Put rows of NaN before results that start where the published protocol does."""
    if len(boxes) > len(clip) - clip.skipped:
        return boxes
    return np.concatenate([np.full((clip.skipped, 4), np.nan), boxes])
