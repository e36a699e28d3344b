"""Training by several processes, on one machine or many, as ``torchrun`` starts them.

    torchrun --nproc-per-node 2 -m tracker train --data DIR -o OUT

Every process takes its share of each batch, DistributedDataParallel averages the gradients, and
so the network is that of one process with the whole batch, with these limits: the metric losses
look for the other objects of a batch within a share, and the statistics of batch norms, where
those of the batch are used, are those of a share on the CPU and of the whole batch on CUDA. Process
0 alone writes; the folder must be the same for all.
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
class Group:
    """The processes that train together, and which of them this one is.

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
        """Whether this process is the one that writes."""
        return self.rank == 0

    def share(self, batch: range) -> range:
        """This process's part of a batch whose length is a multiple of ``size``."""
        length = len(batch) // self.size
        return batch[self.rank * length : (self.rank + 1) * length]

    def sum(self, values: Tensor) -> Tensor:
        """The sum over all processes of a tensor on ``device``, known to all of them."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def wait(self) -> None:
        """Go on when all processes have come here."""
        if self.size > 1:
            dist.barrier()

    def wrap(self, module: nn.Module) -> nn.Module:
        """Let the backward pass through a module average its gradients over all processes."""
        if self.size == 1:
            return module
        if self.device.type == "cuda":
            module = nn.SyncBatchNorm.convert_sync_batchnorm(module)
        # A static graph may leave weights unused: the metric losses do not use gain and bias.
        return DistributedDataParallel(module, static_graph=True)


@contextmanager
def join_group(device: str) -> Iterator[Group]:
    """The group that ``torchrun`` has put this process in; a group of one without it.

    Args:
        device: "auto", "cpu", "cuda" or "cuda:N"; of several processes on a machine each takes the
            CUDA device of its own number.

    Raises:
        DeviceError: the device does not exist.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group(0, 1, pick_device(device))
        return
    own = pick_device(device)
    if own.type == "cuda":
        own = pick_device(f"cuda:{os.environ['LOCAL_RANK']}")
        torch.cuda.set_device(own)
    backend = "nccl" if own.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=timedelta(days=1))  # validating takes one process long
    try:
        yield Group(dist.get_rank(), size, own)
    finally:
        dist.destroy_process_group()
