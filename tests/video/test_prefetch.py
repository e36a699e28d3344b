"""prefetch: the same items in the same order, errors in their place, and no thread left behind."""

import gc
import threading
import time
import weakref

import pytest

from tracker.video import prefetch
from tracker.video.prefetch import prefetch as prefetch_of_module


def threads():
    return [t for t in threading.enumerate() if t.name == "prefetch"]


@pytest.fixture(autouse=True)
def _no_thread_left():
    yield
    gc.collect()
    assert threads() == []


class Counting:
    """Counts what was taken from it."""

    def __init__(self, stop=None):
        self.taken, self.stop = 0, stop

    def __iter__(self):
        return self

    def __next__(self):
        if self.taken == self.stop:
            raise StopIteration
        self.taken += 1
        return self.taken - 1


def test_the_name_is_the_function_however_it_was_imported():
    assert prefetch is prefetch_of_module


@pytest.mark.parametrize("depth", [1, 2, 4, 100])
@pytest.mark.parametrize("count", [0, 1, 5, 500])
def test_same_items_in_order(depth, count):
    assert list(prefetch(range(count), depth)) == list(range(count))


def test_runs_in_another_thread_and_ahead():
    source = Counting()
    items = prefetch(source, depth=3)
    assert (source.taken, threads()) == (0, [])  # nothing before the first item is asked for
    assert next(items) == 0
    deadline = time.monotonic() + 5
    while source.taken < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.05)
    assert source.taken == 5  # one used, three waiting, one at hand
    items.close()


def test_produces_while_an_item_is_used():
    in_use, produced = threading.Event(), threading.Event()

    def items():
        yield 0
        assert in_use.wait(10)
        produced.set()
        yield 1

    for item in prefetch(items()):
        if item == 0:
            in_use.set()
            assert produced.wait(10)


@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt("mine")])
def test_an_error_comes_after_the_items_before_it(error):
    def failing():
        yield 1
        yield 2
        raise error

    got = []
    with pytest.raises(type(error), match="mine") as caught:
        got.extend(iter_into(got, prefetch(failing())))
    assert got == [1, 2]
    assert caught.value is error


def iter_into(got, items):
    for item in items:
        got.append(item)
    return []


def test_items_that_are_exceptions_or_none_pass_through():
    items = [None, ValueError("an item"), StopIteration, "end"]
    assert list(prefetch(items)) == items


@pytest.mark.parametrize("used", [1, 3, 7])
def test_closing_early_stops_and_joins(used):
    source = Counting()
    items = prefetch(source, depth=2)
    for _ in range(used):
        next(items)
    items.close()
    assert threads() == []
    taken = source.taken
    time.sleep(0.02)
    assert source.taken == taken <= used + 3


def test_dropping_it_stops_the_thread():
    items = prefetch(Counting())
    next(items)
    del items
    gc.collect()
    assert threads() == []


def test_leaving_a_loop_by_an_error_stops_the_thread():
    def use():
        for _ in prefetch(Counting()):
            raise RuntimeError("user")

    with pytest.raises(RuntimeError, match="user"):
        use()


def test_closing_before_the_first_item():
    source = Counting()
    prefetch(source).close()
    assert source.taken == 0


def test_a_used_item_is_not_kept():
    class Frame:
        pass

    def frames():
        for _ in range(3):
            yield Frame()

    items = prefetch(frames(), depth=1)
    frame = weakref.ref(next(items))
    next(items)
    gc.collect()
    assert frame() is None
    items.close()


@pytest.mark.parametrize("depth", [0, -1])
def test_depth_must_be_positive(depth):
    with pytest.raises(ValueError, match="depth of 1 or more"):
        prefetch([1], depth)
