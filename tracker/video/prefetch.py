"""Read ahead in a background thread, so that decoding overlaps with tracking."""

import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tracker.video.bounded_queue import BoundedQueue

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Item(Generic[T]):
    """Wraps an item, so that one that is an exception or None is not taken for the end."""

    value: T


@dataclass(frozen=True, slots=True)
class _End:
    """Comes after the last item, with the error that ended the iteration, if any."""

    error: BaseException | None = None


def prefetch(iterable: Iterable[T], depth: int = 4) -> Generator[T, None, None]:
    """Yield the items of an iterable, produced ahead in a background thread.

    The thread starts when the first item is asked for. Closing or dropping the generator stops
    and joins the thread, once the item being produced is finished; if the iterable has a method
    ``cancel``, it is called so that a source does not wait for more data. The iterable is not
    closed: its owner does that.

    Args:
        iterable: where the items come from; only the thread uses it until the generator ends.
        depth: how many finished items may wait, 1 or more; one more is being produced.

    Raises:
        ValueError: depth under 1. An error of the iterable is raised here, after all the items
            before it.
    """
    if depth < 1:
        raise ValueError(f"expected a depth of 1 or more; got {depth}")
    return _prefetch(iterable, depth)


def _prefetch(iterable: Iterable[T], depth: int) -> Generator[T, None, None]:
    ready: BoundedQueue[_Item[T] | _End] = BoundedQueue(depth)
    stop = threading.Event()

    def produce() -> None:
        try:
            for item in iterable:
                ready.put(_Item(item))
                if stop.is_set():
                    return
        except BaseException as error:
            ready.put(_End(error))
        else:
            ready.put(_End())

    thread = threading.Thread(target=produce, name="prefetch", daemon=True)
    thread.start()
    try:
        while True:
            message = ready.get()
            if isinstance(message, _Item):
                yield message.value
            elif message.error is not None:
                raise message.error
            else:
                return
    finally:
        stop.set()
        if hasattr(iterable, "cancel"):
            iterable.cancel()
        ready.make_room()
        thread.join()
