"""Run trackers in child processes, so that one that hangs or crashes costs one run only.

Each child takes one run at a time and reports every frame; a child that says nothing for too long
is ended and replaced. Trackers are kept between the runs of a child.
"""

import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import cv2

from tracker.boxes import Box
from tracker.evaluation.entrants import Entrant, box_of, make_entrant
from tracker.evaluation.protocols import Run

START_SECONDS = 120.0  # for loading the tracker and its first frame


@dataclass(frozen=True)
class Task:
    """One run of one tracker."""

    entrant: str
    run: Run
    device: str = "auto"


@dataclass(frozen=True)
class Outcome:
    """What came of a task: boxes and time, or the reason why there are none."""

    boxes: list[Box] | None = None
    seconds: float = 0.0  # spent in init and update, pictures read outside
    failure: str | None = None  # one sentence


def run_tasks(
    tasks: Sequence[Task],
    *,
    jobs: int,
    threads: int,
    step_seconds: float,
    on_frame: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Task, Outcome]]:
    """Run tasks in ``jobs`` child processes and yield each with its outcome as it ends.

    Args:
        tasks: what to run, in this order as far as the jobs allow.
        jobs: child processes, at least 1.
        threads: threads of PyTorch and OpenCV in each of them.
        step_seconds: a run that needs longer for one frame is ended and counts as failed.
        on_frame: called in this process for every frame that is done.
    """
    waiting = deque(tasks)
    workers = [_Worker(threads) for _ in range(min(jobs, len(tasks)))]
    try:
        while waiting or any(worker.task for worker in workers):
            for worker in workers:
                if worker.task and worker.is_late(step_seconds):
                    task, outcome = worker.task, Outcome(failure=worker.why_late(step_seconds))
                    worker.end()
                    yield task, outcome
                if not worker.task and waiting:
                    worker.start(waiting.popleft())
            busy = {worker.connection: worker for worker in workers if worker.task}
            for connection in wait(list(busy), timeout=1.0):
                worker = busy[connection]
                task, outcome = worker.task, worker.receive()
                if outcome is None:
                    on_frame()
                else:
                    yield task, outcome
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """The parent's side of one child process, which is made when there is a task for it."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._process: BaseProcess | None = None
        self.connection: Connection | None = None
        self.task: Task | None = None
        self._frames, self._heard = 0, 0.0

    def start(self, task: Task) -> None:
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self.connection, child = context.Pipe()
            self._process = context.Process(target=_work, args=(child, self._threads), daemon=True)
            self._process.start()
            child.close()
        self.task, self._frames, self._heard = task, 0, time.monotonic()
        with suppress(OSError):  # it died while idle: the next message is its end
            self.connection.send(task)

    def receive(self) -> Outcome | None:
        """One message: None for a frame that is done, else how the task ended."""
        try:
            outcome = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            code = self._process.exitcode
            outcome = Outcome(failure=f"the process died after {self._frames} frames, code {code}")
            self.end()
        if outcome is None:
            self._frames, self._heard = self._frames + 1, time.monotonic()
        else:
            self.task = None
        return outcome

    def is_late(self, step_seconds: float) -> bool:
        silent = time.monotonic() - self._heard
        return silent > self._limit(step_seconds) and not self.connection.poll()

    def why_late(self, step_seconds: float) -> str:
        return f"no answer within {self._limit(step_seconds):g} s after {self._frames} frames"

    def end(self) -> None:
        """End the child, whatever it does; the next task gets a new one."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self.connection.close()
        self._process, self.connection, self.task = None, None, None

    def _limit(self, step_seconds: float) -> float:
        return step_seconds if self._frames else max(START_SECONDS, step_seconds)


def _work(connection: Connection, threads: int) -> None:
    """The child's side: run what comes until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    cv2.setNumThreads(threads)
    entrants: dict[tuple[str, str], Entrant] = {}
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task: Task = connection.recv()
            try:
                key = (task.entrant, task.device)
                if key not in entrants:
                    entrants[key] = make_entrant(*key)
                    if torch := sys.modules.get("torch"):  # the tracker may do without
                        torch.set_num_threads(threads)
                outcome = _follow(entrants[key], task.run, lambda: connection.send(None))
            except (BrokenPipeError, ConnectionResetError):
                raise
            except Exception as error:  # whatever a tracker raises is its own failure
                reason = " ".join(str(error).split())
                outcome = Outcome(failure=f"{type(error).__name__}: {reason}")
            connection.send(outcome)


def _follow(entrant: Entrant, run: Run, on_frame: Callable[[], None]) -> Outcome:
    boxes, seconds = [], 0.0
    for number, frame in enumerate(run.sequence.frames()):
        started = time.perf_counter()
        result = entrant.update(frame) if number else entrant.init(frame, run.box)
        seconds += time.perf_counter() - started
        boxes.append(box_of(result) if number else run.box)
        on_frame()
    return Outcome(boxes, seconds)
