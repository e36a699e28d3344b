"""The kernels around the network on a GPU: crop in front of it, peak and decide behind.

Their C++ is described in ``csrc/tracking.h``; here are the checks of what it cannot see. Everything
is enqueued on the current stream and nothing waits, so that a frame can be captured in a graph.
"""

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType

import torch
from torch import Tensor

from tracker.errors import ExtensionError
from tracker.ops.cuda import DTYPES, unavailable_reason
from tracker.ops.extension import MODULE

SETTINGS = (
    "exemplar_size",
    "search_size",
    "context_amount",
    "num_scales",
    "scale_step",
    "scale_penalty",
    "scale_lr",
    "box_lr",
    "max_growth",
    "hold_score",
    "window_influence",
    "response_upsampling",
    "total_stride",
    "min_size_ratio",
    "max_size_ratio",
    "min_side",
    "score_midpoint",
    "score_slope",
    "score_share",
    "usual_lr",
    "lowest_usual",
    "max_log_odds",
    "tracking_score",
    "lost_score",
    "lost_doubt",
    "found_frames",
    "frame_width",
    "frame_height",
)
"""The numbers that the kernels are given, in their order."""
TARGET_COLUMNS = 17  # box, trusted box, first size, fill, usual peak, doubt, good, recovering
SIGHT_COLUMNS = 4  # centre in the frame, peak, zoom
RESULT_COLUMNS = 6  # box, score, state


class TrackingKernels:
    """The kernels, for N objects at S scales.

    Args:
        module: the extension.
        stream: tells the handle of the stream to enqueue on.
        settings: the numbers of ``SETTINGS``.

    Raises of every method:
        ExtensionError: the kernel did not start.
        ValueError, TypeError: a tensor is not as described, or has gaps.
    """

    def __init__(
        self, module: ModuleType, stream: Callable[[], int], settings: Sequence[float]
    ) -> None:
        self._module, self._stream, self._settings = module, stream, list(settings)
        known = dict(zip(SETTINGS, self._settings, strict=True))
        self._size, self._scales = int(known["search_size"]), int(known["num_scales"])
        self._factor = int(known["response_upsampling"])
        self._frame = (int(known["frame_height"]), int(known["frame_width"]), 3)

    def crop(self, frame: Tensor, targets: Tensor, crops: Tensor) -> None:
        """Cut the search crops of all objects out of a frame.

        Args:
            frame: RGB ``(H, W, 3)`` uint8.
            targets: ``(N, TARGET_COLUMNS)`` float64.
            crops: receives ``(N * S, 3, s, s)``, channels last, float32 or 16 bits: 0 to 255.
        """
        count = len(targets)
        _check("frame", frame, torch.uint8, self._frame)
        _check("targets", targets, torch.float64, (count, TARGET_COLUMNS))
        shape = (count * self._scales, self._size, self._size, 3)
        _check("crops", crops.permute(0, 2, 3, 1), crops.dtype, shape)
        self._call("crop", frame, targets, count, self._settings, DTYPES[crops.dtype], crops)

    def peak(
        self,
        responses: Tensor,
        window: Tensor,
        targets: Tensor,
        sights: Tensor,
        chosen: Tensor,
        proposals: Tensor,
    ) -> None:
        """Find the likeliest place of each object.

        Args:
            responses: ``(N * S, 1, n, n)`` float32.
            window: one axis of the cosine window, ``(n * response_upsampling,)`` float32, sum 1.
            targets: as for ``crop``.
            sights: receives ``(N, SIGHT_COLUMNS)`` float64.
            chosen: receives the number of the crop of each place, ``(N,)`` int64.
            proposals: receives ``(N, 4)`` float32, ``(cx, cy, w, h)`` in pixels of that crop.
        """
        count, cells = len(targets), responses.shape[-1]
        _check("responses", responses, torch.float32, (count * self._scales, 1, cells, cells))
        _check("window", window, torch.float32, (cells * self._factor,))
        _check("targets", targets, torch.float64, (count, TARGET_COLUMNS))
        _check("sights", sights, torch.float64, (count, SIGHT_COLUMNS))
        _check("chosen", chosen, torch.int64, (count,))
        _check("proposals", proposals, torch.float32, (count, 4))
        self._call(
            "peak",
            responses,
            cells,
            window,
            targets,
            count,
            self._settings,
            sights,
            chosen,
            proposals,
        )

    def decide(self, sights: Tensor, refined: Tensor, targets: Tensor, results: Tensor) -> None:
        """Say where each object is, and go on to the next frame with that.

        Args:
            sights: of ``peak``.
            refined: the proposals after the box head, where there is one.
            targets: as for ``crop``; they are updated.
            results: receives ``(N, RESULT_COLUMNS)`` float64; states count as in ``STATES``.
        """
        count = len(targets)
        _check("sights", sights, torch.float64, (count, SIGHT_COLUMNS))
        _check("refined", refined, torch.float32, (count, 4))
        _check("targets", targets, torch.float64, (count, TARGET_COLUMNS))
        _check("results", results, torch.float64, (count, RESULT_COLUMNS))
        self._call("decide", sights, refined, targets, count, self._settings, results)

    def _call(self, name: str, *arguments: object) -> None:
        values = (each.data_ptr() if isinstance(each, Tensor) else each for each in arguments)
        try:
            getattr(self._module, name)(*values, self._stream())
        except RuntimeError as error:
            raise ExtensionError(f"expected the kernel {name} to start; got {error}") from error


def tracking_kernels(device: torch.device, settings: Sequence[float]) -> TrackingKernels:
    """The kernels of the compiled extension for a CUDA device, which must be the current one.

    Raises:
        ExtensionError: the extension is missing or cannot serve the device.
    """
    problem = unavailable_reason(device)
    if problem is not None:
        raise ExtensionError(f"expected the compiled extension; got {problem}")
    return TrackingKernels(
        importlib.import_module(MODULE),
        lambda: torch._C._cuda_getCurrentRawStream(torch.cuda.current_device()),
        settings,
    )


def _check(name: str, tensor: Tensor, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    if tensor.dtype != dtype:
        raise TypeError(f"expected {name} of {dtype}; got {tensor.dtype}")
    if tensor.shape != shape or not tensor.is_contiguous():
        raise ValueError(
            f"expected {name} of shape {shape} without gaps; got {tuple(tensor.shape)} with "
            f"strides {tensor.stride()}"
        )
