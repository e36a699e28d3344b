"""Objects that are followed together, and one frame of all of them without the host.

``Batch.step`` is what is captured: it reads and writes the same memory in every frame. What lies
there is set between frames, and only where it is not what the last step left.
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
from tracker.ops.frame_kernels import RESULT_COLUMNS, SIGHT_COLUMNS, TrackingKernels
from tracker.tracking.cuda.rows import IDLE, target_row, verdict_of
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.response import cosine_window_axis
from tracker.tracking.target import Target, Verdict


class Batch:
    """Places for a number of objects. Those that nobody has are followed and not looked at.

    Args:
        network: prepared for inference.
        config: settings of the tracker.
        kernels: those around the network.
        frame: ``(H, W, 3)`` uint8, the memory that every frame comes in.
        places: how many.
        like: an exemplar; those of all objects have its sizes.

    Attributes:
        results: ``(places, RESULT_COLUMNS)`` float64, what the last step says.
    """

    def __init__(
        self,
        network: TwinNetwork,
        config: TrackerConfig,
        kernels: TrackingKernels,
        frame: Tensor,
        places: int,
        like: Exemplar,
    ) -> None:
        self._network, self._config, self._kernels = network, config, kernels
        self._frame, self._is_learned = frame, like.is_learned
        self._places: dict[Target, int] = {}  # of the objects, in their order
        self._left: list[tuple[int, Verdict] | None] = [None] * places  # as the last step left it
        self._shown: list[Tensor | None] = [None] * places  # of what the filter is a copy

        def memory(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.zeros(shape, dtype=dtype, device=frame.device)

        side, crops = config.search_size, places * config.num_scales
        precision = next(network.backbone.parameters()).dtype
        self._crops = memory(crops, side, side, 3, dtype=precision).permute(0, 3, 1, 2)
        self._targets = torch.from_numpy(np.tile(IDLE, (places, 1))).to(frame.device)
        self._filters = memory(places, *like.filter.shape[1:])
        self._parts = None if like.parts is None else memory(places, *like.parts.shape[1:])
        self._window: Tensor | None = None  # its size is known when there are responses
        self._sights = memory(places, SIGHT_COLUMNS, dtype=torch.float64)
        self._chosen = memory(places, dtype=torch.int64)
        self._proposals = memory(places, 4)
        self.results = memory(places, RESULT_COLUMNS, dtype=torch.float64)

    @torch.inference_mode()
    def step(self) -> None:
        """Find all objects in the frame and go on to the next with what was found."""
        self._kernels.crop(self._frame, self._targets, self._crops)
        search = self._network.extract(self._crops)
        # float32 from here on: 16 bits would be too coarse to tell one cell from the next
        responses = xcorr(self._filters, search.embedding.float())
        if not self._is_learned:
            responses = self._network.gain * responses + self._network.bias
        self._kernels.peak(
            responses,
            self._window_for(responses),
            self._targets,
            self._sights,
            self._chosen,
            self._proposals,
        )
        boxes = self._proposals
        if self._parts is not None:
            levels = tuple(level.index_select(0, self._chosen).float() for level in search.levels)
            boxes = refined(boxes, self._network.head(self._parts, levels, boxes))
        self._kernels.decide(self._sights, boxes, self._targets, self.results)

    def hold(self, targets: Sequence[Target]) -> None:
        """Have these objects, as they are now, and no others."""
        if [*self._places] != [*targets]:
            self._settle(targets)
        for target, place in self._places.items():
            self._show(place, target.exemplar)
        if any(self._left[place] != _state_of(target) for target, place in self._places.items()):
            rows = np.tile(IDLE, (len(self._left), 1))
            for target, place in self._places.items():
                rows[place], self._left[place] = target_row(target), _state_of(target)
            self._targets.copy_(torch.from_numpy(rows), non_blocking=True)

    def said(self, results: NDArray[np.float64]) -> list[Verdict]:
        """What results ``(places, RESULT_COLUMNS)`` say about the objects, in their order."""
        return [verdict_of(results[place]) for place in self._places.values()]

    def expect(self, frames: int, said: Sequence[Verdict]) -> None:
        """The objects go on from here: so many steps further, and from what the last one said."""
        for (target, place), each in zip(self._places.items(), said, strict=True):
            self._left[place] = (target.result.frame + frames, each)

    def _settle(self, targets: Sequence[Target]) -> None:
        """Every object keeps the place that it has; the others take those that are free."""
        kept = {target: self._places[target] for target in targets if target in self._places}
        free = iter(sorted({*range(len(self._left))} - {*kept.values()}))
        self._places = {
            target: kept[target] if target in kept else next(free) for target in targets
        }
        for target, place in self._places.items():
            if target not in kept:
                self._left[place] = None

    def _show(self, place: int, exemplar: Exemplar) -> None:
        """Copy what an object looks like, where that is new; to learn is to make a new filter."""
        kernel = exemplar.filter
        if self._shown[place] is not kernel:
            self._filters[place].copy_(kernel[0])
            if self._parts is not None:
                self._parts[place].copy_(exemplar.parts[0])
            self._shown[place] = kernel

    def _window_for(self, responses: Tensor) -> Tensor:
        if self._window is None:
            axis = cosine_window_axis(responses.shape[-1] * self._config.response_upsampling)
            self._window = torch.from_numpy(axis).to(responses.device)
        return self._window


def _state_of(target: Target) -> tuple[int, Verdict]:
    result = target.result
    return result.frame, (result.box, result.score, result.state)
