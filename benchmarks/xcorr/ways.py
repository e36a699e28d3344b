"""The ways to write a cross-correlation that are timed; all return the same numbers."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from tracker.ops import xcorr, xcorr_depthwise

Operator = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Way:
    """One way to compute an operator.

    Attributes:
        name: in the table.
        call: the operator.
        settings: makes the context manager in which PyTorch chooses its kernels.
    """

    name: str
    call: Operator
    settings: Callable[[], Any] = nullcontext


def ways(operator: str, device: str, dtype: torch.dtype, *, compiled: bool) -> Iterator[Way]:
    """Yield our way, then those that PyTorch offers.

    Args:
        operator: ``"xcorr"`` or ``"xcorr_depthwise"``.
        device: ``"cpu"`` or ``"cuda"``.
        dtype: on a GPU, float32 excludes TF32, which is a way of its own.
        compiled: also yield the others compiled by ``torch.compile``.
    """
    summed = operator == "xcorr"
    flags = partial(torch.backends.cudnn.flags, enabled=True, allow_tf32=False)
    grouped = grouped_xcorr if summed else grouped_xcorr_depthwise
    yield Way("ours", xcorr if summed else xcorr_depthwise, flags)
    yield Way("grouped conv2d", grouped, flags)
    if device == "cuda":
        yield Way("grouped conv2d, cudnn.benchmark", grouped, partial(flags, benchmark=True))
        if dtype == torch.float32:
            yield Way("grouped conv2d, TF32", grouped, partial(flags, allow_tf32=True))
    else:
        yield Way("conv2d per sample", one_by_one(summed))
    if summed:
        yield Way("bmm + sum", bmm_and_sum, flags)
    if compiled:
        torch.compiler.reset()  # it stops compiling after a few shapes of one function
        yield Way("grouped conv2d, compiled", torch.compile(grouped, dynamic=False), flags)
        if summed:
            yield Way("bmm + sum, compiled", torch.compile(bmm_and_sum, dynamic=False), flags)


def grouped_xcorr(exemplar: Tensor, search: Tensor) -> Tensor:
    """Convolve with a group for each pair: the usual way of Siamese trackers."""
    maps = search.reshape(1, -1, *search.shape[2:])
    return F.conv2d(maps, exemplar, groups=len(exemplar)).transpose(0, 1)


def grouped_xcorr_depthwise(exemplar: Tensor, search: Tensor) -> Tensor:
    """Convolve with a group for each channel of each pair."""
    planes = exemplar.shape[0] * exemplar.shape[1]
    maps = search.reshape(1, planes, *search.shape[2:])
    filters = exemplar.reshape(planes, 1, *exemplar.shape[2:])
    responses: Tensor = F.conv2d(maps, filters, groups=planes)
    return responses.unflatten(1, exemplar.shape[:2]).squeeze(0)


def one_by_one(summed: bool) -> Operator:
    """Return an operator with a convolution for each pair, ``summed`` over channels or not."""

    def call(exemplar: Tensor, search: Tensor) -> Tensor:
        groups = 1 if summed else exemplar.shape[1]
        filters = exemplar.split(1) if summed else exemplar.unsqueeze(2).unbind()
        pairs = zip(search.split(1), filters, strict=True)
        return torch.cat([F.conv2d(x, z, groups=groups) for x, z in pairs])

    return call


def bmm_and_sum(exemplar: Tensor, search: Tensor) -> Tensor:
    """Multiply matrices, one product per pair, and sum along diagonals (see ``ops/cpu.py``)."""
    taps, (rows, columns) = exemplar.shape[2] * exemplar.shape[3], exemplar.shape[2:]
    height, width = search.shape[2] - rows + 1, search.shape[3] - columns + 1
    products = torch.bmm(search.flatten(2).mT, exemplar.flatten(2))
    row = search.shape[3] * taps
    diagonals = products.as_strided(
        (len(search), height, width, rows, columns),
        (products.stride(0), row, taps, row + columns, taps + 1),
    )
    return diagonals.sum((3, 4)).unsqueeze(1)
