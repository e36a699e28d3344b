"""A queue between two threads that Ctrl-C may strike at any moment."""

from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class BoundedQueue(Generic[T]):
    """A queue of limited length; one thread puts, another gets.

    ``queue.Queue`` and ``threading.Semaphore`` take their locks in Python code: an interrupt
    between the taking and the block that gives it back leaves the lock taken, and both threads wait
    for ever. ``SimpleQueue`` does it in C, out of an interrupt's reach.
    """

    def __init__(self, length: int) -> None:
        self._items: SimpleQueue[T] = SimpleQueue()
        self._places: SimpleQueue[None] = SimpleQueue()
        for _ in range(length):
            self.make_room()

    def put(self, item: T) -> None:
        """Add an item, as soon as there is room."""
        self._places.get()
        self._items.put(item)

    def get(self) -> T:
        """Take the oldest item, as soon as there is one."""
        item = self._items.get()
        self.make_room()
        return item

    def make_room(self) -> None:
        """Let one more item in than the length allows."""
        self._places.put(None)
