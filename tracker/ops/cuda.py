"""The operators for CUDA tensors.

Without the compiled extension they run the PyTorch code of ``cpu.py`` on the GPU: right (under
PyTorch's own TF32 settings) but slower. That is never silent: the first call warns with the reason,
and with ``TRACKER_REQUIRE_EXTENSION=1`` in the environment each call raises instead.
"""

import functools
import os
import warnings

from torch import Tensor

from tracker.errors import ExtensionError
from tracker.ops import cpu
from tracker.ops.extension import extension_status


def xcorr(exemplar: Tensor, search: Tensor) -> Tensor:
    """See :func:`tracker.ops.xcorr`."""
    _fall_back()
    return cpu.xcorr(exemplar, search)


def xcorr_grad_exemplar(grad: Tensor, search: Tensor, num_exemplars: int) -> Tensor:
    """See :func:`tracker.ops.cpu.xcorr_grad_exemplar`."""
    _fall_back()
    return cpu.xcorr_grad_exemplar(grad, search, num_exemplars)


def xcorr_grad_search(grad: Tensor, exemplar: Tensor) -> Tensor:
    """See :func:`tracker.ops.cpu.xcorr_grad_search`."""
    _fall_back()
    return cpu.xcorr_grad_search(grad, exemplar)


def xcorr_depthwise(exemplar: Tensor, search: Tensor) -> Tensor:
    """See :func:`tracker.ops.xcorr_depthwise`."""
    _fall_back()
    return cpu.xcorr_depthwise(exemplar, search)


def xcorr_depthwise_grad_exemplar(grad: Tensor, search: Tensor, num_exemplars: int) -> Tensor:
    """See :func:`tracker.ops.cpu.xcorr_depthwise_grad_exemplar`."""
    _fall_back()
    return cpu.xcorr_depthwise_grad_exemplar(grad, search, num_exemplars)


def xcorr_depthwise_grad_search(grad: Tensor, exemplar: Tensor) -> Tensor:
    """See :func:`tracker.ops.cpu.xcorr_depthwise_grad_search`."""
    _fall_back()
    return cpu.xcorr_depthwise_grad_search(grad, exemplar)


def _fall_back() -> None:
    if os.environ.get("TRACKER_REQUIRE_EXTENSION") == "1":
        raise ExtensionError(
            f"expected the compiled extension, as TRACKER_REQUIRE_EXTENSION=1 demands; "
            f"got {extension_status().reason}"
        )
    _warn_once()


@functools.cache
def _warn_once() -> None:
    warnings.warn(
        f"correlating CUDA tensors with plain PyTorch, which is slower: "
        f"{extension_status().reason}",
        RuntimeWarning,
        stacklevel=4,
    )
