"""Ctrl-C between two steps instead of in the middle of one."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], bool]]:
    """Note SIGINT and SIGTERM instead of raising; a second Ctrl-C acts as ever.

    Yields:
        A function that says whether one came.
    """
    if threading.current_thread() is not threading.main_thread():  # only it can handle signals
        yield lambda: False
        return
    came = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, _: Any) -> None:
        came.set()
        if number == signal.SIGINT:
            signal.signal(number, before[number])

    for number in before:
        signal.signal(number, note)
    try:
        yield came.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave_interrupts_to_parent(_: int) -> None:
    """Let a worker process live on when a terminal sends Ctrl-C to all, and end when told to."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
