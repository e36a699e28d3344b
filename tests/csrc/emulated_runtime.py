"""A stand-in for a CUDA device: emulated kernels, and plain calls in place of graphs."""

from contextlib import nullcontext

import torch

import tracker
from tests.csrc.emulated_tracking import EmulatedModule
from tracker.models import backbone_in, fuse_for_inference, load_model
from tracker.ops.frame_kernels import TrackingKernels, tracking_kernels
from tracker.tracking.cuda import CapturedFrame
from tracker.tracking.engine import PRECISIONS, Engine


class EmulatedRuntime:
    """Has the methods of ``CudaRuntime``; what is replayed has been run before, as a capture does.

    Attributes:
        replays: slots of the graph that ran, in each replay.
        waits: how often the host has waited.
    """

    device = torch.device("cpu")

    def __init__(self, library):
        self.module = EmulatedModule(library)
        self.replays, self.waits = [], 0

    def current(self):
        return nullcontext()

    def kernels(self, settings):
        return TrackingKernels(self.module, lambda: 0, settings)

    def uploads(self, height, width):
        return EmulatedUploads(height, width)

    def host_memory(self, *shape):
        return torch.full(shape, torch.nan, dtype=torch.float64)

    def capture(self, step):
        step()
        slots = step.__self__

        def replay():
            self.replays.append(len(slots.results))
            step()

        return replay

    def wait(self):
        self.waits += 1


class EmulatedUploads:
    def __init__(self, height, width):
        self.frame = torch.zeros(height, width, 3, dtype=torch.uint8)

    def send(self, frame):
        self.frame.copy_(torch.from_numpy(frame))


def emulate(engine: Engine, library, precision="float32") -> EmulatedRuntime:
    """Let an engine of the CPU do what it would do on a GPU; returns the emulated one."""
    runtime = EmulatedRuntime(library)
    network = fuse_for_inference(load_model(engine.model).network)  # not packed, as on a GPU
    engine._captured = CapturedFrame(
        backbone_in(network, PRECISIONS[precision]),
        engine.config,
        runtime,
        uncaptured=engine._find,
    )
    return runtime


class EmulatedGpu:
    """Where the tests of ``tracker.tracking.cuda`` run without a GPU."""

    device = torch.device("cpu")

    def __init__(self, library):
        self._library = library

    def kernels(self, settings):
        return EmulatedRuntime(self._library).kernels(settings)

    def many(self, precision="float32", **settings):
        many = tracker.MultiTracker(device="cpu", **settings)
        emulate(many._engine, self._library, precision)
        return many


class RealGpu:
    """Where they run with one."""

    device = torch.device("cuda", 0)

    def kernels(self, settings):
        return tracking_kernels(self.device, settings)

    def many(self, precision="float32", **settings):
        return tracker.MultiTracker(device="cuda", precision=precision, **settings)
