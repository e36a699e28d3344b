"""What a CUDA device does for the captured frame: replay it, take frames in, hand results out."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tracker.frames import Frame
from tracker.ops.frame_kernels import TrackingKernels, tracking_kernels

WARM_UPS = 3  # runs before a capture: libraries choose and allocate what they need


@dataclass(frozen=True)
class DeviceFrame:
    """A frame that is on the device already.

    Attributes:
        image: the frame.
        pixels: the same, ``(H, W, 3)`` uint8 on the device.
    """

    image: Frame
    pixels: Tensor


def image_of(frame: Frame | DeviceFrame) -> Frame:
    """The frame itself, wherever else it is."""
    return frame.image if isinstance(frame, DeviceFrame) else frame


class CudaRuntime:
    """One device; the tests have another, on which the kernels are emulated.

    Attributes:
        device: an indexed CUDA device.
    """

    def __init__(self, device: torch.device) -> None:
        index = torch.cuda.current_device() if device.index is None else device.index
        self.device = torch.device("cuda", index)

    def current(self) -> AbstractContextManager:
        """Makes the device the current one."""
        return torch.cuda.device(self.device)

    def kernels(self, settings: Sequence[float]) -> TrackingKernels:
        """The kernels around the network. Raises ExtensionError where they are missing."""
        return tracking_kernels(self.device, settings)

    def uploads(self, height: int, width: int) -> "Uploads":
        """The way of frames of this size to the device."""
        return Uploads(self.device, height, width)

    def host_memory(self, *shape: int) -> Tensor:
        """float64 memory of the host that results can be copied to without waiting."""
        return torch.empty(shape, dtype=torch.float64, pin_memory=True)

    def capture(self, step: Callable[[], None]) -> Callable[[], None]:
        """Run a step a few times and capture it; returns what replays it.

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
        # thread_local: what other threads do on the device meanwhile does not spoil the capture
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            step()
        return graph.replay

    def wait(self) -> None:
        """Wait for all that was enqueued so far: the only time that the host waits in a frame."""
        done = torch.cuda.Event()
        done.record()
        done.synchronize()


class Uploads:
    """Frames on their way to the device, through two buffers: one is filled while one is read.

    Attributes:
        frame: ``(H, W, 3)`` uint8 on the device, where the frame that was sent last arrives.
    """

    def __init__(self, device: torch.device, height: int, width: int) -> None:
        shape = (height, width, 3)
        self.frame = torch.zeros(shape, dtype=torch.uint8, device=device)
        self._stream = torch.cuda.Stream(device)
        self._buffers = [_Buffer(device, shape) for _ in range(2)]
        self._stream.wait_stream(torch.cuda.current_stream())  # who may have had their memory
        self._next = 0

    def send(self, frame: Frame | DeviceFrame) -> None:
        """Enqueue a frame's way to ``self.frame``; the caller may change the frame afterwards."""
        if isinstance(frame, DeviceFrame):
            self.frame.copy_(frame.pixels)
            return
        buffer = self._buffers[self._next]
        self._next = 1 - self._next
        buffer.arrived.synchronize()  # the frame before the last one: long ago
        np.copyto(buffer.on_host.numpy(), frame)
        with torch.cuda.stream(self._stream):
            self._stream.wait_event(buffer.read)
            buffer.on_device.copy_(buffer.on_host, non_blocking=True)
            buffer.arrived.record()
        torch.cuda.current_stream().wait_event(buffer.arrived)
        self.frame.copy_(buffer.on_device)
        buffer.read.record()


class _Buffer:
    """A frame in pinned memory and on the device, and when it can be written again."""

    def __init__(self, device: torch.device, shape: tuple[int, int, int]) -> None:
        self.on_host = torch.empty(shape, dtype=torch.uint8, pin_memory=True)
        self.on_device = torch.empty(shape, dtype=torch.uint8, device=device)
        self.arrived, self.read = torch.cuda.Event(), torch.cuda.Event()
