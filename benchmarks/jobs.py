"""Run the sequences of a benchmark in several processes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

import cv2
import torch
from tqdm import tqdm

T = TypeVar("T")


def in_jobs(function: Callable[..., T], tasks: Sequence[tuple[Any, ...]], jobs: int) -> list[T]:
    """Call a function with the arguments of each task, in ``jobs`` processes.

    Args:
        function: must be picklable.
        tasks: the arguments of each call, one call per sequence; must be picklable.
        jobs: how many processes.

    Returns:
        The results in the order of the tasks.
    """
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        results = pool.map(function, *zip(*tasks, strict=True))
        return list(tqdm(results, total=len(tasks), unit="sequence", disable=None))


def use_threads(count: int) -> None:
    """Let PyTorch and OpenCV use so many threads in this process."""
    torch.set_num_threads(count)
    cv2.setNumThreads(count)
