"""Child processes: what they return, and what a hang, a crash or an exception costs."""

import multiprocessing
import re
import time
from dataclasses import replace

import numpy as np
import pytest

from tracker.datasets import load_otb
from tracker.evaluation import workers
from tracker.evaluation.protocols import runs_of
from tracker.evaluation.workers import Task, run_tasks

LIMITS = {"jobs": 1, "threads": 1, "step_seconds": 60.0}


@pytest.fixture
def clips(three_clips):
    return load_otb(three_clips)


@pytest.fixture(autouse=True)
def no_children():
    """No test leaves a process behind."""
    yield
    assert multiprocessing.active_children() == []


def tasks_for(name, clips):
    return [Task(f"tests.small_trackers:{name}", runs_of(clip)[0]) for clip in clips]


def outcomes(tasks, **limits):
    """By name of the run."""
    return {task.run.name: outcome for task, outcome in run_tasks(tasks, **{**LIMITS, **limits})}


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_every_run_comes_back_once_with_a_box_per_frame(clips, jobs):
    tasks, frames = tasks_for("Static", clips), []
    done = list(run_tasks(tasks, **{**LIMITS, "jobs": jobs}, on_frame=lambda: frames.append(1)))
    assert sorted(task.run.name for task, _ in done) == ["Alpha", "Beta", "Gamma"]
    assert len(frames) == 27
    for task, outcome in done:
        assert outcome.failure is None
        np.testing.assert_array_equal(outcome.boxes, np.tile(task.run.box, (9, 1)))
        assert 0 < outcome.seconds < 1


def test_seconds_are_those_of_the_tracker(clips):
    outcome = outcomes(tasks_for("Slow", clips[:1]))["Alpha"]
    assert 8 * 0.04 <= outcome.seconds < 8 * 0.04 + 1


def test_a_row_of_nan_is_a_result(clips):
    boxes = np.array(outcomes(tasks_for("Lost", clips[1:2]))["Beta"].boxes)
    assert np.isnan(boxes).all(axis=1).tolist() == [False] * 3 + [True] + [False] * 5


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("Raising", "ValueError: I do not like this frame"),
        ("Silent", r"EntrantError: expected update\(\) to return a box; got None"),
        ("Infinite", "EntrantError: expected four finite numbers or four NaN"),
        ("Crashing", "the process died after 3 frames, code 3"),
        ("Hanging", "no answer within 1 s after 3 frames"),
    ],
)
def test_a_failure_costs_one_run_only(clips, name, failure):
    started = time.monotonic()
    done = outcomes(tasks_for(name, clips), step_seconds=1.0)
    assert time.monotonic() - started < 20
    assert list(done) == ["Alpha", "Beta", "Gamma"]
    assert (done["Alpha"].failure, done["Gamma"].failure) == (None, None)
    assert len(done["Gamma"].boxes) == 9
    assert done["Beta"].boxes == []
    assert re.search(failure, done["Beta"].failure)


def test_one_that_hangs_does_not_hold_up_the_others(clips):
    tasks = [*tasks_for("Hanging", clips[1:2]), *tasks_for("Static", clips)]
    done = [
        (task.entrant, outcome)
        for task, outcome in run_tasks(tasks, jobs=2, threads=1, step_seconds=1.5)
    ]
    assert [bool(outcome.failure) for _, outcome in done] == [False] * 3 + [True]


def test_the_first_frame_has_a_longer_limit(clips, monkeypatch):
    done = outcomes(tasks_for("StartingSlowly", clips[:1]), step_seconds=0.8)
    assert done["Alpha"].failure is None
    monkeypatch.setattr(workers, "START_SECONDS", 1.0)
    done = outcomes(tasks_for("HangingAtOnce", clips[:1]), step_seconds=0.8)
    assert done["Alpha"].failure == "no answer within 1 s after 0 frames"


def test_a_tracker_that_cannot_be_made_fails_in_each_run(clips):
    done = outcomes(tasks_for("Missing", clips[:2]))
    assert [outcome.failure[:56] for outcome in done.values()] == [
        "EntrantError: cannot make tests.small_trackers:Missing: "
    ] * 2


def test_a_picture_that_cannot_be_read_fails_the_run(clips, tmp_path):
    broken = replace(clips[0], frame_paths=(*clips[0].frame_paths[:-1], tmp_path / "none.jpg"))
    done = outcomes(tasks_for("Static", [broken, clips[1]]))
    assert "none.jpg" in done["Alpha"].failure
    assert done["Beta"].failure is None


def test_a_slow_consumer_is_no_reason_to_end_a_run(clips):
    pauses = iter([0, 0, 1])  # seconds after the first frames, the third above the limit
    tasks = tasks_for("Static", clips[:1])
    ((_, outcome),) = run_tasks(
        tasks, jobs=1, threads=1, step_seconds=0.8, on_frame=lambda: time.sleep(next(pauses, 0))
    )
    assert outcome.failure is None


def test_a_process_that_dies_between_two_runs_is_replaced(clips):
    done = {}
    for task, outcome in run_tasks(tasks_for("DyingLater", clips), **LIMITS):
        done[task.run.name] = outcome.failure
        time.sleep(0.6)
    assert done == {"Alpha": None, "Beta": "the process died after 0 frames, code 5", "Gamma": None}


def test_a_consumer_that_stops_ends_the_children(clips):
    running = run_tasks(tasks_for("Slow", clips), jobs=2, threads=1, step_seconds=60)
    next(running)
    assert len(multiprocessing.active_children()) == 2
    running.close()


def test_nothing_to_do_starts_nothing():
    assert outcomes([]) == {}


def test_threads_and_pytorch_only_where_it_is_used(clips):
    run = runs_of(clips[0])[0]
    tasks = [Task(f"tests.small_trackers:{name}", run) for name in ("Threads", "TorchThreads")]
    without, with_torch = (outcome for _, outcome in run_tasks(tasks, **{**LIMITS, "threads": 3}))
    assert without.boxes[1] == (0, 3, 1, 1)
    assert with_torch.boxes[1] == (3, 0, 1, 1)
