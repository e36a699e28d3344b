"""Handling of Ctrl-C and SIGTERM between two training steps instead of within one."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], bool]]:
    """Record SIGINT and SIGTERM instead of acting on them; a second SIGINT acts as usual.

    Outside the main thread, which alone can handle signals, it does nothing.

    Yields:
        A function that returns whether one of them arrived.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    arrived = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def record(number: int, _: FrameType | None) -> None:
        arrived.set()
        if number == signal.SIGINT:
            signal.signal(number, before[signal.SIGINT])

    for number in before:
        signal.signal(number, record)
    try:
        yield arrived.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_interrupts_to_parent(_: int) -> None:
    """Make a worker process ignore SIGINT, which a terminal sends to all, and end on SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
