"""Several crops through a network on a CPU: one thread for each, instead of all for one.

Most of the layers are so short that threads which share one wait for each other a third of the
time. Of a packed network what is computed is the same to the last bit, however many threads share
a layer; of another one PyTorch chooses the way to compute it by their number.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Barrier
from typing import TypeVar

import torch

Given = TypeVar("Given")
Made = TypeVar("Made")


def side_by_side(task: Callable[[Given], Made], each: Iterable[Given]) -> list[Made]:
    """``[task(one) for one in each]``, on as many threads as PyTorch has here.

    Those that are left over when every thread has had as many share all threads, one by one.
    Inference mode is a thread's own: the task has to enter it by itself.
    """
    each, threads = list(each), torch.get_num_threads()
    spread = len(each) - len(each) % threads if threads > 1 else 0
    made = list(_threads(threads).map(task, each[:spread])) if spread else []
    return made + [task(one) for one in each[spread:]]


@lru_cache(maxsize=1)
def _threads(count: int) -> ThreadPoolExecutor:
    """So many threads on which PyTorch works alone."""
    pool = ThreadPoolExecutor(count, "crops", _work_alone)
    all_there = Barrier(count + 1)
    for _ in range(count):
        pool.submit(all_there.wait)
    all_there.wait()
    torch.set_num_threads(count)  # which is also for threads to come, whoever set it last
    return pool


def _work_alone() -> None:
    torch.get_num_threads()  # else the first operation sets the number for all again
    torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_threads.cache_clear)  # threads stay behind
