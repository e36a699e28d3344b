"""A queue between two threads that stays usable when Ctrl-C interrupts one of them."""

from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class BoundedQueue(Generic[T]):
    """A queue of limited length; one thread puts, another gets.

    ``queue.Queue`` and ``threading.Semaphore`` take their locks in Python code: an interrupt
    just after the lock is taken leaves it locked, and both threads wait for ever. ``SimpleQueue``
    locks in C code, which no interrupt reaches.

    Args:
        length: how many items may wait.
    """

    def __init__(self, length: int) -> None:
        self._items: SimpleQueue[T] = SimpleQueue()
        self._places: SimpleQueue[None] = SimpleQueue()
        for _ in range(length):
            self.make_room()

    def put(self, item: T) -> None:
        """Add an item; wait until there is room."""
        self._places.get()
        self._items.put(item)

    def get(self) -> T:
        """Remove and return the oldest item; wait until there is one."""
        item = self._items.get()
        self.make_room()
        return item

    def make_room(self) -> None:
        """Admit one more item, so that a thread waiting in ``put`` can continue."""
        self._places.put(None)
