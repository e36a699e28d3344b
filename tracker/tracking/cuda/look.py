"""Looking for objects on a CUDA device: one captured graph per frame, one read of all results.

The device goes on from frame to frame by itself. The host hears what was said and repeats it
(``Target.advance``), so that both know the same; what is rare, to start, to learn and to find what is
lost, is done as on the CPU, and the device is told what has changed.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from torch import Tensor

from tracker.config import TrackerConfig
from tracker.errors import ExtensionError
from tracker.frames import Frame, frame_size
from tracker.models import TwinNetwork
from tracker.ops.frame_kernels import RESULT_COLUMNS
from tracker.tracking.claims import overlapping_pairs
from tracker.tracking.cuda.batch import Batch
from tracker.tracking.cuda.rows import settings_row
from tracker.tracking.cuda.runtime import CudaRuntime, DeviceFrame, image_of
from tracker.tracking.target import Target, Verdict

MAX_PLACES = 256
"""Most objects in one graph."""
MAX_AHEAD = 32
"""Most frames between two reads."""


class CapturedLook:
    """Says of objects what ``plain`` would say, from graphs that are captured when first needed.

    Where that fails, for want of memory say, a warning tells so, once, and ``plain`` goes on. With
    ``TRACKER_REQUIRE_EXTENSION=1`` in the environment the error is raised instead.

    Args:
        network: prepared for inference.
        config: settings of the tracker.
        runtime: of the device.
        plain: what is said without graphs of objects in a frame.
    """

    def __init__(
        self,
        network: TwinNetwork,
        config: TrackerConfig,
        runtime: CudaRuntime,
        plain: Callable[[Frame, Sequence[Target]], list[Verdict]],
    ) -> None:
        self._network, self._config, self._runtime, self._plain = network, config, runtime, plain
        self._frame_size: tuple[int, int] | None = None
        self._graphs: dict[tuple[int, int], _Graph] = {}  # by number of the group, and places
        self._failed = False

    def __call__(self, frame: Frame, targets: Sequence[Target]) -> list[Verdict]:
        """What can be said about objects that were there in the last frame."""
        return self.ahead([frame], targets)[0]

    def ahead(
        self, frames: Sequence[Frame | DeviceFrame], targets: Sequence[Target]
    ) -> list[list[Verdict]]:
        """The same for frames in a row, between which nothing waits for the host.

        Args:
            frames: of one size.
            targets: objects that were there in the frame before; they are not changed.

        Returns:
            What is said about each object, frame by frame: at least one, at most ``MAX_AHEAD``,
            none after the first in which an object is lost, and only the first one by ``plain``,
            if that is where two objects are seen at one place.
        """
        if targets and not self._failed:
            try:
                with self._runtime.current():
                    return self._look(frames[:MAX_AHEAD], targets)
            except (RuntimeError, ExtensionError) as error:
                self._give_up(error)
        return [self._plain(image_of(frames[0]), targets)]

    def _look(
        self, frames: Sequence[Frame | DeviceFrame], targets: Sequence[Target]
    ) -> list[list[Verdict]]:
        self._prepare_for(frame_size(image_of(frames[0])))
        groups = [
            targets[first : first + MAX_PLACES] for first in range(0, len(targets), MAX_PLACES)
        ]
        graphs = [self._graph(number, group) for number, group in enumerate(groups)]
        for graph, group in zip(graphs, groups, strict=True):
            graph.batch.hold(group)
        for number, frame in enumerate(frames):
            self._uploads.send(frame)
            for graph in graphs:
                graph.replay()
                graph.results[number].copy_(graph.batch.results, non_blocking=True)
        self._runtime.wait()
        said: list[list[Verdict]] = []
        while len(said) < len(frames) and not (said and _one_is_lost(said[-1])):
            heard = [graph.batch.said(graph.results[len(said)].numpy()) for graph in graphs]
            together = [*chain(*heard)]
            if overlapping_pairs(targets, [box for box, _, _ in together], self._config):
                return said or [self._plain(image_of(frames[0]), targets)]
            said.append(together)
        if len(said) == len(frames):  # else the device went on too far, and is told so
            for graph, last in zip(graphs, heard, strict=True):
                graph.batch.expect(len(frames), last)
        return said

    def _prepare_for(self, frame_size: tuple[int, int]) -> None:
        """Frames of another size need other graphs."""
        if frame_size != self._frame_size:
            self._graphs.clear()
            width, height = self._frame_size = frame_size
            self._uploads = self._runtime.uploads(height, width)
            stride = self._network.total_stride
            self._kernels = self._runtime.kernels(settings_row(self._config, stride, frame_size))

    def _graph(self, number: int, group: Sequence[Target]) -> "_Graph":
        """The graph of a group of objects: for as many, rounded up to a power of two."""
        places = 1 << (len(group) - 1).bit_length()
        if (number, places) not in self._graphs:
            batch = Batch(
                self._network,
                self._config,
                self._kernels,
                self._uploads.frame,
                places,
                like=group[0].exemplar,
            )
            results = self._runtime.host_memory(MAX_AHEAD, places, RESULT_COLUMNS)
            self._graphs[number, places] = _Graph(batch, self._runtime.capture(batch.step), results)
        return self._graphs[number, places]

    def _give_up(self, error: Exception) -> None:
        if os.environ.get("TRACKER_REQUIRE_EXTENSION") == "1":
            raise error
        self._failed = True
        self._graphs.clear()
        warnings.warn(
            f"tracking without a captured graph, which is slower: {error}",
            RuntimeWarning,
            stacklevel=5,
        )


def _one_is_lost(said: Sequence[Verdict]) -> bool:
    return any(state == "lost" for _, _, state in said)


@dataclass(frozen=True)
class _Graph:
    """A batch, its captured step, and host memory for the results of ``MAX_AHEAD`` frames."""

    batch: Batch
    replay: Callable[[], None]
    results: Tensor
