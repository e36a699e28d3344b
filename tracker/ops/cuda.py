"""The operators for CUDA tensors, run by the kernels of the compiled extension.

The kernels write into tensors allocated here, on the current stream, and never wait for the device,
so that the operators can be captured in CUDA graphs.

Where the extension is missing or cannot serve a device, the PyTorch code of ``cpu.py`` runs on the
GPU instead: with correct results (under PyTorch's own TF32 settings), but slower. The first such
call warns with the reason; with ``TRACKER_REQUIRE_EXTENSION=1`` in the environment each call raises
``ExtensionError`` instead.
"""

import functools
import importlib
import os
import warnings
from collections.abc import Callable
from types import ModuleType

import torch
from torch import Tensor

from tracker.errors import ExtensionError
from tracker.ops import cpu
from tracker.ops.extension import MODULE, extension_status, remedy

DTYPES = {
    torch.float64: "float64",
    torch.float32: "float32",
    torch.float16: "float16",
    torch.bfloat16: "bfloat16",
}


def _operator(
    plain: Callable[..., Tensor], size: Callable[..., tuple[int, ...]]
) -> Callable[..., Tensor]:
    """Make the counterpart of a function of ``cpu.py`` for CUDA tensors.

    Args:
        plain: the function; the extension's kernel has its name.
        size: computes the shape of the result from the same arguments.
    """

    @functools.wraps(plain)
    def run(first: Tensor, second: Tensor, *rest: int) -> Tensor:
        device = first.device
        extension = _extension_for(device)
        if extension is None:
            return plain(first, second, *rest)
        _check(first, second)
        output = first.new_empty(size(first, second, *rest))
        with torch.cuda.device(device):
            # The public current_stream() creates an object, which takes longer than a small kernel.
            stream = torch._C._cuda_getCurrentRawStream(device.index)
            try:
                getattr(extension, plain.__name__)(
                    _map(first), _map(second), _map(output), DTYPES[first.dtype], stream
                )
            except RuntimeError as error:
                raise ExtensionError(
                    f"expected the kernel of {plain.__name__} to start on {device}; got {error}"
                ) from error
        return output

    return run


def _places(outer: Tensor, inner: Tensor) -> tuple[int, int]:
    """Count the positions, vertical and horizontal, where ``inner`` fits inside ``outer``."""
    return outer.shape[2] - inner.shape[2] + 1, outer.shape[3] - inner.shape[3] + 1


def _exemplar_size(grad: Tensor, search: Tensor, num_exemplars: int) -> tuple[int, ...]:
    return num_exemplars, search.shape[1], *_places(search, grad)


def _search_size(grad: Tensor, exemplar: Tensor) -> tuple[int, ...]:
    height, width = grad.shape[2] + exemplar.shape[2] - 1, grad.shape[3] + exemplar.shape[3] - 1
    return grad.shape[0], exemplar.shape[1], height, width


xcorr = _operator(cpu.xcorr, lambda z, x: (x.shape[0], 1, *_places(x, z)))
xcorr_grad_exemplar = _operator(cpu.xcorr_grad_exemplar, _exemplar_size)
xcorr_grad_search = _operator(cpu.xcorr_grad_search, _search_size)
xcorr_depthwise = _operator(cpu.xcorr_depthwise, lambda z, x: (*x.shape[:2], *_places(x, z)))
xcorr_depthwise_grad_exemplar = _operator(cpu.xcorr_depthwise_grad_exemplar, _exemplar_size)
xcorr_depthwise_grad_search = _operator(cpu.xcorr_depthwise_grad_search, _search_size)


def _check(first: Tensor, second: Tensor) -> None:
    """Check devices and dtypes, which the extension cannot see; it checks the shapes itself."""
    if first.device != second.device:
        raise ValueError(f"expected tensors on one device; got {first.device} and {second.device}")
    if first.dtype != second.dtype or first.dtype not in DTYPES:
        raise TypeError(
            f"expected tensors of one dtype, {', '.join(DTYPES.values())}; "
            f"got {first.dtype} and {second.dtype}"
        )


def _map(tensor: Tensor) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """Describe a tensor for the extension: address, sizes, strides in elements."""
    return tensor.data_ptr(), tensor.shape, tensor.stride()


def _extension_for(device: torch.device) -> ModuleType | None:
    """Return the extension if it can serve ``device``; else warn and return None, or raise."""
    problem = unavailable_reason(device)
    if problem is None:
        return _module()
    if os.environ.get("TRACKER_REQUIRE_EXTENSION") == "1":
        raise ExtensionError(
            f"expected the compiled extension, as TRACKER_REQUIRE_EXTENSION=1 demands; "
            f"got {problem}"
        )
    _warn_once(problem)
    return None


@functools.cache
def unavailable_reason(device: torch.device) -> str | None:
    """Return why the extension cannot serve a CUDA device, or None if it can."""
    status = extension_status()
    if not status.available:
        return status.reason
    if _module().device_count() == 0:
        return (
            f"the compiled extension {status.path} finds no device, as the driver does not support "
            f"CUDA {status.cuda_version}; to build it with an older toolkit: {remedy()}"
        )
    capability = torch.cuda.get_device_capability(device)
    if not status.serves(capability):
        major, minor = capability
        return (
            f"the compiled extension {status.path} was built for compute capabilities "
            f"{';'.join(status.architectures)}, none of which runs on {device} "
            f"({torch.cuda.get_device_name(device)}, {major}.{minor}); to build it for that: "
            f"TRACKER_CUDA_ARCHS={major}{minor} {remedy()}"
        )
    return None


@functools.cache
def _module() -> ModuleType:
    return importlib.import_module(MODULE)


@functools.cache
def _warn_once(problem: str) -> None:
    warnings.warn(
        f"correlating CUDA tensors with plain PyTorch, which is slower: {problem}",
        RuntimeWarning,
        stacklevel=4,
    )
