"""Find objects on a CUDA device: one captured graph per frame, one read of all results.

The device advances the objects by itself. The host reads the verdicts and advances its own targets
by them, so that both hold the same state. Rare work (starting, learning, finding lost objects) is
done on the host as without a GPU; ``Slots.load`` then uploads what has changed.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from tracker.config import TrackerConfig
from tracker.errors import ExtensionError
from tracker.frames import Frame, frame_size
from tracker.models import TwinNetwork
from tracker.ops.frame_layout import RESULT_COLUMNS
from tracker.tracking.claims import overlapping_pairs
from tracker.tracking.cuda.rows import settings_row
from tracker.tracking.cuda.runtime import CudaRuntime
from tracker.tracking.cuda.slots import Slots
from tracker.tracking.target import Target, Verdict

MAX_SLOTS = 256
"""Most objects in one graph."""


class CapturedFrame:
    """Stages 1 to 7 of a frame (see ``engine``) as graphs that are captured on first use.

    If that fails, for want of memory for instance, it warns once and calls ``uncaptured`` from then
    on. With ``TRACKER_REQUIRE_EXTENSION=1`` in the environment the error is raised instead.

    Args:
        network: prepared for inference.
        config: settings of the tracker.
        runtime: of the device.
        uncaptured: does the same without graphs.
    """

    def __init__(
        self,
        network: TwinNetwork,
        config: TrackerConfig,
        runtime: CudaRuntime,
        uncaptured: Callable[[Frame, Sequence[Target]], list[Verdict]],
    ) -> None:
        self._network, self._config, self._runtime = network, config, runtime
        self._uncaptured = uncaptured
        self._frame_size: tuple[int, int] | None = None
        self._graphs: dict[tuple[int, int], _Graph] = {}  # by number of the group, and slots
        self._failed = False

    def __call__(self, frame: Frame, targets: Sequence[Target]) -> list[Verdict]:
        """Find objects that were present in the last frame.

        If two of them come to one place, the frame is repeated by ``uncaptured``, which separates
        them.
        """
        if not targets or self._failed:
            return self._uncaptured(frame, targets)
        try:
            with self._runtime.current():
                verdicts = self._replay(frame, targets)
        except (RuntimeError, ExtensionError) as error:
            self._give_up(error)
            return self._uncaptured(frame, targets)
        if overlapping_pairs(targets, [verdict.box for verdict in verdicts], self._config):
            return self._uncaptured(frame, targets)
        return verdicts

    def _replay(self, frame: Frame, targets: Sequence[Target]) -> list[Verdict]:
        """Run the graphs of all groups of objects on a frame, and wait once for the results."""
        self._prepare_for(frame_size(frame))
        groups = [targets[first : first + MAX_SLOTS] for first in range(0, len(targets), MAX_SLOTS)]
        graphs = [self._graph(number, group) for number, group in enumerate(groups)]
        for graph, group in zip(graphs, groups, strict=True):
            graph.slots.load(group)
        self._uploads.send(frame)
        for graph in graphs:
            graph.replay()
            graph.results.copy_(graph.slots.results, non_blocking=True)
        self._runtime.wait()
        return [verdict for graph in graphs for verdict in graph.slots.read(graph.results.numpy())]

    def _prepare_for(self, frame_size: tuple[int, int]) -> None:
        """Drop the graphs if frames have another size: they are captured for one size."""
        if frame_size != self._frame_size:
            self._graphs.clear()
            width, height = self._frame_size = frame_size
            self._uploads = self._runtime.uploads(height, width)
            stride = self._network.total_stride
            self._kernels = self._runtime.kernels(settings_row(self._config, stride, frame_size))

    def _graph(self, number: int, group: Sequence[Target]) -> "_Graph":
        """Return the graph of a group: with a slot per object, rounded up to a power of two."""
        count = 1 << (len(group) - 1).bit_length()
        if (number, count) not in self._graphs:
            slots = Slots(
                self._network,
                self._config,
                self._kernels,
                self._uploads.frame,
                count,
                like=group[0].exemplar,
            )
            results = self._runtime.host_memory(count, RESULT_COLUMNS)
            self._graphs[number, count] = _Graph(slots, self._runtime.capture(slots.step), results)
        return self._graphs[number, count]

    def _give_up(self, error: Exception) -> None:
        """Warn that graphs do not work here, and use none from now on."""
        if os.environ.get("TRACKER_REQUIRE_EXTENSION") == "1":
            raise error
        self._failed = True
        self._graphs.clear()
        warnings.warn(
            f"tracking without a captured graph, which is slower: {error}",
            RuntimeWarning,
            stacklevel=5,
        )


@dataclass(frozen=True)
class _Graph:
    """Slots, their captured step, and host memory for its results."""

    slots: Slots
    replay: Callable[[], None]
    results: Tensor
