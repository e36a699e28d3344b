"""Calls take turns, and the median of the rounds counts."""

import itertools

from benchmarks.stopwatch import CpuStopwatch, TimedCall


def test_calls_take_turns_after_their_warm_up(monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks) ** 2)  # 1, 5, 9, 13 ... seconds
    called = []
    calls = {name: TimedCall(lambda number, name=name: called.append(name)) for name in "ab"}
    medians = CpuStopwatch().medians(calls, 1, 3)
    assert called == [*"aaabbb", *"ababab"]
    assert medians == {"a": 9, "b": 13}  # of 1, 9, 17 and of 5, 13, 21
