"""Run trackers in child processes, so that a tracker that hangs or crashes costs one run only.

Each child takes one run at a time and reports every frame. A child that reports nothing for too
long is killed and replaced. A child keeps its trackers for its next runs.
"""

import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

import cv2

from tracker.boxes import Box
from tracker.evaluation.entrants import Entrant, box_of, make_entrant
from tracker.evaluation.protocols import Run

START_SECONDS = 120.0
"""Shortest time limit for loading a tracker and its first frame."""


@dataclass(frozen=True)
class Task:
    """One run of one tracker."""

    entrant: str
    run: Run
    device: str = "auto"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """The result of a task.

    Attributes:
        boxes: one per frame; empty if the task failed.
        seconds: the time spent in ``init`` and ``update``; reading pictures is not included.
        failure: why the task failed, in one sentence; None if it did not.
    """

    boxes: list[Box] = field(default_factory=list)
    seconds: float = 0.0
    failure: str | None = None


def run_tasks(
    tasks: Sequence[Task],
    *,
    jobs: int,
    threads: int,
    step_seconds: float,
    on_frame: Callable[[], object] = lambda: None,
) -> Iterator[tuple[Task, Outcome]]:
    """Run tasks in child processes and yield each with its outcome when it ends.

    Args:
        tasks: what to run; with several jobs the order in which they end may differ.
        jobs: how many child processes, at least 1.
        threads: how many threads PyTorch and OpenCV use in each child.
        step_seconds: a run that needs longer than this for one frame is ended and has failed.
        on_frame: called in this process after every frame.
    """
    waiting = deque(tasks)
    workers = [_Worker(threads) for _ in range(min(jobs, len(tasks)))]
    try:
        while waiting or any(worker.task for worker in workers):
            for worker in workers:
                if worker.task and worker.is_late(step_seconds):
                    late, reason = worker.task, worker.why_late(step_seconds)
                    worker.end()
                    yield late, Outcome(failure=reason)
                if not worker.task and waiting:
                    worker.start(waiting.popleft())
            busy = [(worker, worker.task) for worker in workers if worker.task]
            ready = wait([worker.child.connection for worker, _ in busy], timeout=1.0)
            for worker, task in busy:
                if worker.child.connection not in ready:
                    continue
                outcome = worker.receive()
                if outcome is None:
                    on_frame()
                else:
                    yield task, outcome
    finally:
        for worker in workers:
            worker.end()


class _Child(NamedTuple):
    """A child process and the connection to it."""

    process: BaseProcess
    connection: Connection


class _Worker:
    """The parent's side of one child process, which is started for the first task.

    Attributes:
        task: the task that is running; None if there is none.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._child: _Child | None = None
        self.task: Task | None = None
        self._frames, self._heard = 0, 0.0

    @property
    def child(self) -> _Child:
        """The child process; there is one while a task runs."""
        if self._child is None:
            raise RuntimeError("expected a running child process; got none")
        return self._child

    def start(self, task: Task) -> None:
        """Send a task to the child, which is started if there is none."""
        if self._child is None:
            context = multiprocessing.get_context("spawn")
            connection, remote = context.Pipe()
            process = context.Process(target=_work, args=(remote, self._threads), daemon=True)
            process.start()
            remote.close()
            self._child = _Child(process, connection)
        self.task, self._frames, self._heard = task, 0, time.monotonic()
        with suppress(OSError):  # the child died while idle: ``receive`` will notice
            self._child.connection.send(task)

    def receive(self) -> Outcome | None:
        """Take one message: None after a frame, else the outcome of the task."""
        process, connection = self.child
        outcome: Outcome | None
        try:
            outcome = connection.recv()
        except (EOFError, OSError):
            process.join()
            code = process.exitcode
            outcome = Outcome(failure=f"the process died after {self._frames} frames, code {code}")
            self.end()
        if outcome is None:
            self._frames, self._heard = self._frames + 1, time.monotonic()
        else:
            self.task = None
        return outcome

    def is_late(self, step_seconds: float) -> bool:
        """Return whether the child has been silent for longer than the limit."""
        silent = time.monotonic() - self._heard
        return silent > self._limit(step_seconds) and not self.child.connection.poll()

    def why_late(self, step_seconds: float) -> str:
        """Return the sentence for a task that was too slow."""
        return f"no answer within {self._limit(step_seconds):g} s after {self._frames} frames"

    def end(self) -> None:
        """Kill the child, if there is one; the next task starts a new one."""
        if self._child is not None:
            self._child.process.kill()
            self._child.process.join()
            self._child.connection.close()
        self._child, self.task = None, None

    def _limit(self, step_seconds: float) -> float:
        """Return how long the child may be silent, in seconds."""
        return step_seconds if self._frames else max(START_SECONDS, step_seconds)


def _work(connection: Connection, threads: int) -> None:
    """Run tasks in the child process until the parent closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children itself
    cv2.setNumThreads(threads)
    entrants: dict[tuple[Any, ...], Entrant] = {}
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task: Task = connection.recv()
            try:
                key = (task.entrant, task.device, *sorted(task.settings.items()))
                if key not in entrants:
                    entrants[key] = make_entrant(task.entrant, task.device, task.settings)
                    if torch := sys.modules.get("torch"):  # not loaded unless the tracker uses it
                        torch.set_num_threads(threads)
                outcome = _follow(entrants[key], task.run, lambda: connection.send(None))
            except (BrokenPipeError, ConnectionResetError):
                raise
            except Exception as error:  # a tracker may raise anything; its run has failed
                reason = " ".join(str(error).split())
                outcome = Outcome(failure=f"{type(error).__name__}: {reason}")
            connection.send(outcome)


def _follow(entrant: Entrant, run: Run, on_frame: Callable[[], None]) -> Outcome:
    """Run a tracker over the frames of one run and time it."""
    boxes: list[Box] = []
    seconds = 0.0
    for number, frame in enumerate(run.sequence.frames()):
        started = time.perf_counter()
        result = entrant.update(frame) if number else entrant.init(frame, run.box)
        seconds += time.perf_counter() - started
        boxes.append(box_of(result) if number else run.box)
        on_frame()
    return Outcome(boxes, seconds)
