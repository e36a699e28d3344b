"""Work ahead in a background thread, so that decoding overlaps with tracking."""

import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tracker.video.bounded_queue import BoundedQueue

T = TypeVar("T")


def prefetch(iterable: Iterable[T], depth: int = 4) -> Iterator[T]:
    """Yield the items of ``iterable``, produced ahead in a background thread.

    The thread starts with the first item asked for. Closing or dropping the generator early
    stops and joins the thread, after the item that is being produced; a source is told not to wait
    for it (``cancel``). The iterable itself is not closed: that stays with whoever opened it.

    Args:
        iterable: where the items come from; used by the thread alone until the generator ends.
        depth: how many finished items may wait, 1 or more; one more is being produced.

    Raises:
        ValueError: depth under 1. Whatever the iterable raises is raised here in its place, after
            all the items before it.
    """
    if depth < 1:
        raise ValueError(f"expected a depth of 1 or more; got {depth}")
    return _prefetch(iterable, depth)


def _prefetch(iterable: Iterable[T], depth: int) -> Iterator[T]:
    ready: BoundedQueue[tuple[str, object]] = BoundedQueue(depth)
    stop = threading.Event()

    def produce() -> None:
        try:
            for item in iterable:
                ready.put(("item", item))
                if stop.is_set():
                    return
        except BaseException as error:
            ready.put(("error", error))
        else:
            ready.put(("end", None))

    thread = threading.Thread(target=produce, name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            kind, value = ready.get()
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value
    finally:
        stop.set()
        if hasattr(iterable, "cancel"):
            iterable.cancel()
        ready.make_room()
        thread.join()
