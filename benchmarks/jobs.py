"""Running a benchmark's sequences in several processes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import cv2
import torch
from tqdm import tqdm

T = TypeVar("T")


def in_jobs(function: Callable[..., T], tasks: Sequence[tuple], jobs: int) -> list[T]:
    """What the function returns for the arguments of each task, in ``jobs`` processes.

    A task is about one sequence. The function and the tasks must be picklable.
    """
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        results = pool.map(function, *zip(*tasks, strict=True))
        return list(tqdm(results, total=len(tasks), unit="sequence", disable=None))


def use_threads(count: int) -> None:
    """Let PyTorch and OpenCV use so many threads in this process."""
    torch.set_num_threads(count)
    cv2.setNumThreads(count)
