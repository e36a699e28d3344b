"""The device memory of objects that are followed together, and the step from frame to frame.

``Slots.step`` is what a graph captures: it reads and writes the same memory in every frame. The
host writes to that memory between frames, and only what the last step did not leave there.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tracker.config import TrackerConfig
from tracker.models import TwinNetwork
from tracker.models.heads import refined
from tracker.ops import xcorr
from tracker.ops.frame_kernels import TrackingKernels
from tracker.ops.frame_layout import CANDIDATE_COLUMNS, RESULT_COLUMNS
from tracker.tracking.cuda.rows import IDLE, target_row, verdict_of
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.response import cosine_window_axis
from tracker.tracking.target import Target, Verdict


class Slots:
    """Slots for a number of objects. Empty slots are computed and ignored.

    Args:
        network: prepared for inference.
        config: settings of the tracker.
        kernels: those around the network.
        frame: ``(H, W, 3)`` uint8, the device memory that every frame is uploaded to.
        count: number of slots.
        like: an exemplar; those of all objects have its sizes.

    Attributes:
        results: ``(count, RESULT_COLUMNS)`` float64, the results of the last step.
    """

    def __init__(
        self,
        network: TwinNetwork,
        config: TrackerConfig,
        kernels: TrackingKernels,
        frame: Tensor,
        count: int,
        like: Exemplar,
    ) -> None:
        self._network, self._config, self._kernels = network, config, kernels
        self._frame, self._is_learned = frame, like.is_learned
        self._slots: dict[Target, int] = {}  # of the objects, in their order
        self._on_device: list[tuple[int, Verdict] | None] = [None] * count  # state in each slot
        self._filters_of: list[Tensor | None] = [None] * count  # filters that were copied there

        def memory(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.zeros(shape, dtype=dtype, device=frame.device)

        side, crops = config.search_size, count * config.num_scales
        precision = next(network.backbone.parameters()).dtype
        self._crops = memory(crops, side, side, 3, dtype=precision).permute(0, 3, 1, 2)
        self._targets = torch.from_numpy(np.tile(IDLE, (count, 1))).to(frame.device)
        self._filters = memory(count, *like.filter.shape[1:])
        self._parts = None if like.parts is None else memory(count, *like.parts.shape[1:])
        self._window: Tensor | None = None  # its size is known when there are responses
        self._candidates = memory(count, CANDIDATE_COLUMNS, dtype=torch.float64)
        self._chosen = memory(count, dtype=torch.int64)
        self._proposals = memory(count, 4)
        self.results = memory(count, RESULT_COLUMNS, dtype=torch.float64)

    @torch.inference_mode()
    def step(self) -> None:
        """Find all objects in the frame, and advance them to the next."""
        self._kernels.crop(self._frame, self._targets, self._crops)
        search = self._network.extract(self._crops)
        # float32 from here on: 16 bits are too coarse to distinguish neighbouring cells
        responses = xcorr(self._filters, search.embedding.float())
        if not self._is_learned:
            responses = self._network.gain * responses + self._network.bias
        self._kernels.peak(
            responses,
            self._window_for(responses),
            self._targets,
            self._candidates,
            self._chosen,
            self._proposals,
        )
        boxes = self._proposals
        if self._parts is not None and self._network.head is not None:
            levels = tuple(level.index_select(0, self._chosen).float() for level in search.levels)
            boxes = refined(boxes, self._network.head(self._parts, levels, boxes))
        self._kernels.decide(self._candidates, boxes, self._targets, self.results)

    def load(self, targets: Sequence[Target]) -> None:
        """Load these objects, in their present state, into the slots; empty all others."""
        if [*self._slots] != [*targets]:
            self._assign(targets)
        for target, slot in self._slots.items():
            self._copy_exemplar(slot, target.exemplar)
        if any(self._on_device[slot] != _state_of(each) for each, slot in self._slots.items()):
            rows = np.tile(IDLE, (len(self._on_device), 1))
            for target, slot in self._slots.items():
                rows[slot], self._on_device[slot] = target_row(target), _state_of(target)
            self._targets.copy_(torch.from_numpy(rows), non_blocking=True)

    def read(self, results: NDArray[np.float64]) -> list[Verdict]:
        """Read results ``(count, RESULT_COLUMNS)`` of one step as a verdict on each object.

        The device has advanced its objects by these verdicts; the host's are expected to follow.
        """
        verdicts = []
        for target, slot in self._slots.items():
            verdict = verdict_of(results[slot])
            self._on_device[slot] = (target.result.frame + 1, verdict)
            verdicts.append(verdict)
        return verdicts

    def _assign(self, targets: Sequence[Target]) -> None:
        """Assign a slot to each object: the one that it has, else a free one."""
        kept = {target: self._slots[target] for target in targets if target in self._slots}
        free = iter(sorted({*range(len(self._on_device))} - {*kept.values()}))
        self._slots = {target: kept[target] if target in kept else next(free) for target in targets}
        for target, slot in self._slots.items():
            if target not in kept:
                self._on_device[slot] = None

    def _copy_exemplar(self, slot: int, exemplar: Exemplar) -> None:
        """Copy an exemplar to the device if its filter is new: learning makes a new tensor."""
        if self._filters_of[slot] is not exemplar.filter:
            self._filters[slot].copy_(exemplar.filter[0])
            if self._parts is not None and exemplar.parts is not None:
                self._parts[slot].copy_(exemplar.parts[0])
            self._filters_of[slot] = exemplar.filter

    def _window_for(self, responses: Tensor) -> Tensor:
        """Return the cosine window along one axis of upsampled responses."""
        if self._window is None:
            axis = cosine_window_axis(responses.shape[-1] * self._config.response_upsampling)
            self._window = torch.from_numpy(axis).to(responses.device)
        return self._window


def _state_of(target: Target) -> tuple[int, Verdict]:
    """Return what an object's row on the device depends on: its last frame and verdict."""
    result = target.result
    return result.frame, Verdict(result.box, result.score, result.state)
