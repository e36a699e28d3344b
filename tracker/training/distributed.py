"""Training by several processes, on one machine or more, which ``torchrun`` starts.

    torchrun --nproc-per-node 2 -m tracker train --data DIR -o OUT

Every process takes its share of each batch and DistributedDataParallel averages the gradients, so
the network becomes the same as with one process and the whole batch, with two exceptions. The
metric losses look for other objects within a share only. Batch norms that use the statistics of the
batch use those of a share on the CPU, but those of the whole batch on CUDA.

Process 0 alone writes. All processes must be given the same output folder, because all of them read
the checkpoint when they resume.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from tracker.devices import pick_device


@dataclass(frozen=True)
class ProcessGroup:
    """The processes that train together, seen from one of them.

    Attributes:
        rank: number of this process, from 0.
        size: number of processes.
        device: where this process computes.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Return whether this process is the one that writes."""
        return self.rank == 0

    def share(self, batch: range) -> range:
        """Return this process's part of a batch whose length is a multiple of ``size``."""
        length = len(batch) // self.size
        return batch[self.rank * length : (self.rank + 1) * length]

    def sum(self, values: Tensor) -> Tensor:
        """Sum a tensor on ``device`` over all processes, in place; each of them gets the sum."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def wait(self) -> None:
        """Wait until all processes have called this."""
        if self.size > 1:
            dist.barrier()

    def wrap(self, module: nn.Module) -> nn.Module:
        """Wrap a module so that its backward pass averages the gradients over all processes."""
        if self.size == 1:
            return module
        if self.device.type == "cuda":
            module = nn.SyncBatchNorm.convert_sync_batchnorm(module)
        # A static graph may leave weights unused: the metric losses do not use gain and bias.
        return DistributedDataParallel(module, static_graph=True)


@contextmanager
def join_group(device: str) -> Iterator[ProcessGroup]:
    """Join the processes that ``torchrun`` started; without it, this process trains alone.

    Args:
        device: "auto", "cpu", "cuda" or "cuda:N"; where several processes run on a machine,
            each takes the CUDA device of its own number there, whichever is named.

    Yields:
        The processes; their connections are closed afterwards.

    Raises:
        DeviceError: the device does not exist.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ProcessGroup(0, 1, pick_device(device))
        return
    own = pick_device(device)
    if own.type == "cuda":
        own = pick_device(f"cuda:{os.environ['LOCAL_RANK']}")
        torch.cuda.set_device(own)
    backend = "nccl" if own.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=timedelta(days=1))  # validating takes one process long
    try:
        yield ProcessGroup(dist.get_rank(), size, own)
    finally:
        dist.destroy_process_group()
