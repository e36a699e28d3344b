"""The kernels around the network on a GPU: crop before it, peak and decide after it.

``csrc/tracking.h`` describes what they compute. Here tensors are checked, since the kernels see
addresses only. Everything is enqueued on the current stream and nothing waits, so that a frame can
be captured in a CUDA graph.
"""

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType

import torch
from torch import Tensor

from tracker.errors import ExtensionError
from tracker.ops.cuda import DTYPES, unavailable_reason
from tracker.ops.extension import MODULE
from tracker.ops.frame_layout import CANDIDATE_COLUMNS, RESULT_COLUMNS, SETTINGS, TARGET_COLUMNS


class TrackingKernels:
    """The kernels of a frame, for N objects at S scales with fixed settings.

    Every method raises ``ExtensionError`` if its kernel does not start, ``TypeError`` for a tensor
    of another dtype than described, and ``ValueError`` for one of another shape or with gaps.

    Args:
        module: the extension.
        stream: returns the handle of the stream to enqueue on.
        settings: the values of ``SETTINGS``, in that order.
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
        candidates: Tensor,
        chosen: Tensor,
        proposals: Tensor,
    ) -> None:
        """Find the likeliest place of each object.

        Args:
            responses: ``(N * S, 1, n, n)`` float32.
            window: one axis of the cosine window, ``(n * response_upsampling,)`` float32, sum 1.
            targets: as for ``crop``.
            candidates: receives ``(N, CANDIDATE_COLUMNS)`` float64.
            chosen: receives the index of the crop that each place lies in, ``(N,)`` int64.
            proposals: receives ``(N, 4)`` float32, ``(cx, cy, w, h)`` in pixels of that crop.
        """
        count, cells = len(targets), responses.shape[-1]
        _check("responses", responses, torch.float32, (count * self._scales, 1, cells, cells))
        _check("window", window, torch.float32, (cells * self._factor,))
        _check("targets", targets, torch.float64, (count, TARGET_COLUMNS))
        _check("candidates", candidates, torch.float64, (count, CANDIDATE_COLUMNS))
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
            candidates,
            chosen,
            proposals,
        )

    def decide(self, candidates: Tensor, refined: Tensor, targets: Tensor, results: Tensor) -> None:
        """Decide where each object is, and update its state for the next frame.

        Args:
            candidates: the places that ``peak`` found.
            refined: ``(N, 4)`` float32, the proposals after the box head; not read without one.
            targets: as for ``crop``; they are updated.
            results: receives ``(N, RESULT_COLUMNS)`` float64; a state is its index in ``STATES``.
        """
        count = len(targets)
        _check("candidates", candidates, torch.float64, (count, CANDIDATE_COLUMNS))
        _check("refined", refined, torch.float32, (count, 4))
        _check("targets", targets, torch.float64, (count, TARGET_COLUMNS))
        _check("results", results, torch.float64, (count, RESULT_COLUMNS))
        self._call("decide", candidates, refined, targets, count, self._settings, results)

    def _call(self, name: str, *arguments: object) -> None:
        values = (each.data_ptr() if isinstance(each, Tensor) else each for each in arguments)
        try:
            getattr(self._module, name)(*values, self._stream())
        except RuntimeError as error:
            raise ExtensionError(f"expected the kernel {name} to start; got {error}") from error


def tracking_kernels(device: torch.device, settings: Sequence[float]) -> TrackingKernels:
    """Return the kernels of the compiled extension for a CUDA device, the current one.

    Raises:
        ExtensionError: the extension is missing, was built from other sources, or cannot serve the
            device.
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
