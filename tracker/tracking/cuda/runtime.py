"""A CUDA device as the captured frame needs it: capture, uploads of frames, waiting."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import Tensor

from tracker.frames import Frame
from tracker.ops.frame_kernels import TrackingKernels, tracking_kernels

WARM_UPS = 3  # runs before a capture, in which libraries choose algorithms and allocate


class CudaRuntime:
    """One CUDA device. Tests replace it by one on which the kernels are emulated.

    Attributes:
        device: an indexed CUDA device.
    """

    def __init__(self, device: torch.device) -> None:
        index = torch.cuda.current_device() if device.index is None else device.index
        self.device = torch.device("cuda", index)

    def current(self) -> AbstractContextManager[None]:
        """Make the device the current one."""
        return torch.cuda.device(self.device)

    def kernels(self, settings: Sequence[float]) -> TrackingKernels:
        """Return the kernels around the network.

        Raises:
            ExtensionError: they are missing.
        """
        return tracking_kernels(self.device, settings)

    def uploads(self, height: int, width: int) -> "Uploads":
        """Make the uploads of frames of one size to the device."""
        return Uploads(self.device, height, width)

    def host_memory(self, *shape: int) -> Tensor:
        """Allocate pinned float64 memory, to which results are copied without waiting."""
        return torch.empty(shape, dtype=torch.float64, pin_memory=True)

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        """Run a step a few times, capture it, and return a function that replays it.

        Raises:
            RuntimeError: it cannot be captured, or there is not enough memory.
        """
        current, aside = torch.cuda.current_stream(), torch.cuda.Stream()
        aside.wait_stream(current)
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                step()
        current.wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        # thread_local: work of other threads on the device does not break the capture
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            step()
        return graph.replay

    def wait(self) -> None:
        """Wait for all enqueued work: the only time that the host waits in a frame."""
        done = torch.cuda.Event()
        done.record()
        done.synchronize()


class Uploads:
    """Uploads of frames through two buffers: one is filled while the other is read.

    Attributes:
        frame: ``(H, W, 3)`` uint8 on the device, the frame that was sent last.
    """

    def __init__(self, device: torch.device, height: int, width: int) -> None:
        shape = (height, width, 3)
        self.frame = torch.zeros(shape, dtype=torch.uint8, device=device)
        self._stream = torch.cuda.Stream(device)
        self._buffers = [_Buffer(device, shape) for _ in range(2)]
        self._stream.wait_stream(torch.cuda.current_stream())  # that may have used their memory
        self._next = 0

    def send(self, frame: Frame) -> None:
        """Enqueue the copy of a frame to ``self.frame``; the caller may then change the frame."""
        buffer = self._buffers[self._next]
        self._next = 1 - self._next
        buffer.arrived.synchronize()  # of the frame before the last one: rarely a wait
        np.copyto(buffer.on_host.numpy(), frame)
        with torch.cuda.stream(self._stream):
            self._stream.wait_event(buffer.read)
            buffer.on_device.copy_(buffer.on_host, non_blocking=True)
            buffer.arrived.record()
        torch.cuda.current_stream().wait_event(buffer.arrived)
        self.frame.copy_(buffer.on_device)
        buffer.read.record()


class _Buffer:
    """A frame in pinned memory and on the device, with events: arrived there, and read."""

    def __init__(self, device: torch.device, shape: tuple[int, int, int]) -> None:
        self.on_host = torch.empty(shape, dtype=torch.uint8, pin_memory=True)
        self.on_device = torch.empty(shape, dtype=torch.uint8, device=device)
        self.arrived, self.read = torch.cuda.Event(), torch.cuda.Event()
