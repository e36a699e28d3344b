"""Rows of an interrupted run are reused by the same run only."""

from dataclasses import replace

import numpy as np
import pytest

from tracker.errors import OutputError
from tracker.formats.csv import CsvWriter
from tracker.result import TrackResult
from tracker.video import VideoFrame
from tracker.video.outputs.earlier_run import EarlierRun


def result(frame, id=1, x=10.0):
    return TrackResult(frame, frame / 25, id, (x, 20.0, 30.0, 40.0), 0.5, "tracking")


def frame(index, time_s=None):
    image = np.zeros((2, 2, 3), np.uint8)
    return VideoFrame(index, index / 25 if time_s is None else time_s, image)


@pytest.fixture
def rows(tmp_path):
    """Write results to a file and return its path."""

    def write(*results):
        with CsvWriter(tmp_path / "out.csv") as writer:
            for each in results:
                writer.write(each)
        return tmp_path / "out.csv"

    return write


def test_rows_are_taken_frame_by_frame(rows):
    results = [result(i) for i in range(4)]
    run = EarlierRun(rows(*results), results[:1])
    assert run.frames == [[each] for each in results]
    for i in range(4):
        assert run.take(frame(i)) == [results[i]]
    assert run.take(frame(4)) is None
    run.finish()


def test_second_and_last_row_are_checked(rows):
    results = [result(i) for i in range(5)]
    run = EarlierRun(rows(*results), results[:1])
    assert [run.is_checked(frame(i)) for i in range(6)] == [False, True, False, False, True, False]


def test_a_missing_or_empty_file_has_no_rows(tmp_path):
    (tmp_path / "empty.csv").touch()
    for name in ("absent.csv", "empty.csv"):
        run = EarlierRun(tmp_path / name, [result(0)])
        assert run.frames == []
        assert run.take(frame(0)) is None
        run.finish()


def test_a_last_frame_without_all_objects_is_dropped(rows):
    results = [result(0), result(0, 2), result(1), result(1, 2), result(2)]
    run = EarlierRun(rows(*results), results[:2])
    assert run.frames == [results[:2], results[2:4]]


@pytest.mark.parametrize(
    ("first", "what"),
    [
        ([result(0), result(0, 2)], "number of objects"),
        ([result(0, x=11.0)], "first frame or box"),
        ([result(1)], "first frame or box"),
    ],
)
def test_a_run_that_began_otherwise(rows, first, what):
    with pytest.raises(OutputError, match=f"it is of a run with another {what}"):
        EarlierRun(rows(*(result(i) for i in range(3))), first)


@pytest.mark.parametrize("other", [frame(2), frame(1, time_s=0.05)])
def test_a_run_on_other_frames(rows, other):
    results = [result(i) for i in range(3)]
    run = EarlierRun(rows(*results), results[:1])
    run.take(frame(0))
    with pytest.raises(OutputError, match="another frame or time after row 1"):
        run.take(other)


def test_a_run_that_went_on_for_longer(rows):
    results = [result(i) for i in range(3)]
    run = EarlierRun(rows(*results), results[:1])
    run.take(frame(0))
    with pytest.raises(OutputError, match="another end: it goes on to frame 2"):
        run.finish()


@pytest.mark.parametrize("change", [{"box": (10.03, 20.0, 30.0, 40.0)}, {"score": 0.53}])
def test_a_run_that_found_something_else(rows, change):
    results = [result(i) for i in range(3)]
    run = EarlierRun(rows(*results), results[:1])
    run.take(frame(0))
    run.take(frame(1))
    run.compare([replace(results[1], box=(10.01, 20.0, 30.0, 39.99), score=0.51)])
    with pytest.raises(OutputError, match="another model, settings, source or device: frame 1"):
        run.compare([replace(results[1], **change)])
