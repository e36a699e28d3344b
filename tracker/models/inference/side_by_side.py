"""Run a network on several crops at once on a CPU, each crop on one thread.

Most layers are so short that threads sharing one wait for each other a third of the time. A packed
network computes the same bits whatever the number of threads; for other networks PyTorch chooses
the algorithm by that number.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Barrier
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(task: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return ``[task(item) for item in items]``, computed on as many threads as PyTorch has.

    With n threads, items are spread over them in multiples of n; the remainder runs one by one on
    all threads.

    Args:
        task: computes one result. Inference mode belongs to a thread: the task enters it itself.
        items: what to compute results for.
    """
    items, threads = list(items), torch.get_num_threads()
    spread = len(items) - len(items) % threads if threads > 1 else 0
    results = list(_threads(threads).map(task, items[:spread])) if spread else []
    return results + [task(item) for item in items[spread:]]


@lru_cache(maxsize=1)
def _threads(count: int) -> ThreadPoolExecutor:
    """Return a pool of ``count`` threads, in each of which PyTorch uses that thread alone."""
    pool = ThreadPoolExecutor(count, "crops", _work_alone)
    all_there = Barrier(count + 1)
    for _ in range(count):
        pool.submit(all_there.wait)
    all_there.wait()
    # The last call anywhere decides the number for threads that start later: undo _work_alone's.
    torch.set_num_threads(count)
    return pool


def _work_alone() -> None:
    torch.get_num_threads()  # initializes; else the thread's first operation would reset the number
    torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)  # a child has none of the threads
