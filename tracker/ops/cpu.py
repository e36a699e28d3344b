"""The operators in plain PyTorch: the fast path on the CPU, the fallback on every other device.

**Summed form.** One matrix product multiplies every position p of the search with every tap t of
the exemplar, ``products[p, t] = sum over c of search[c, p] * exemplar[c, t]``; a response is then
the sum of the products along a diagonal, ``response[i, j] = sum over (u, v) of
products[(i + u, j + v), (u, v)]``. The diagonals are a strided view, so no data is moved. Some of
the products belong to no response, but a dense matrix product is so much faster than a convolution
with one output channel that it still wins, and it reads ``channels_last`` maps without a copy. The
gradients use the same view to write ``grad`` onto the diagonals of a zero matrix.

**Depthwise form.** PyTorch's grouped convolution is fast here. Its gradients are slow for large
exemplars, but both of them are depthwise correlations again.

16-bit inputs are widened to float32 first: a CPU matrix product would round each product to 16 bits
before the sum over the taps.
"""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

MAX_PRODUCTS = 1 << 24
"""Most products held at once (64 MiB in float32); beyond, the exemplar is split into row blocks."""


def xcorr(exemplar: Tensor, search: Tensor) -> Tensor:
    """Correlate and sum over the channels; see :func:`tracker.ops.xcorr`."""
    wide_exemplar, wide_search = _widen(exemplar), _widen(search)
    num_searches, _, search_height, search_width = search.shape
    exemplar_height, exemplar_width = exemplar.shape[2:]
    height, width = search_height - exemplar_height + 1, search_width - exemplar_width + 1
    wide_exemplar = _one_per_search(wide_exemplar, num_searches)  # (Bx, C, Hz, Wz)
    response = wide_search.new_zeros(num_searches, height, width)
    for rows, window in _row_blocks(num_searches, exemplar.shape[2:], (height, width)):
        products = torch.bmm(
            wide_search[:, :, window].flatten(2).mT, wide_exemplar[:, :, rows].flatten(2)
        )  # (Bx, positions, taps)
        response += _diagonals(products, height, width, exemplar_width).sum((3, 4))
    return response.unsqueeze(1).to(search.dtype)


def xcorr_grad_exemplar(grad: Tensor, search: Tensor, num_exemplars: int) -> Tensor:
    """Return the gradient of :func:`xcorr` for the exemplar, ``(Bz, C, Hz, Wz)``.

    Args:
        grad: ``(Bx, 1, Hx - Hz + 1, Wx - Wz + 1)``.
        search: ``(Bx, C, Hx, Wx)``.
        num_exemplars: Bz.
    """
    num_searches, channels, search_height, search_width = search.shape
    height, width = grad.shape[2:]
    size = search_height - height + 1, search_width - width + 1
    wide_grad, wide_search = _widen(grad), _widen(search)
    result = wide_search.new_empty(num_exemplars, channels, *size)
    for rows, window in _row_blocks(num_searches, size, (height, width)):
        shifted = _on_diagonals(wide_grad, rows.stop - rows.start, size[1])
        each = torch.bmm(wide_search[:, :, window].flatten(2), shifted)  # (Bx, C, taps)
        summed = _sum_shared(each, num_exemplars)  # (Bz, C, taps)
        result[:, :, rows] = torch.unflatten(summed, 2, (-1, size[1]))
    return result.to(search.dtype)


def xcorr_grad_search(grad: Tensor, exemplar: Tensor) -> Tensor:
    """Return the gradient of :func:`xcorr` for the search, ``(Bx, C, Hx, Wx)``.

    Args:
        grad: ``(Bx, 1, Hx - Hz + 1, Wx - Wz + 1)``.
        exemplar: ``(Bz, C, Hz, Wz)``.
    """
    num_searches, _, height, width = grad.shape
    _, channels, exemplar_height, exemplar_width = exemplar.shape
    wide_grad = _widen(grad)
    wide_exemplar = _one_per_search(_widen(exemplar), num_searches)
    result = wide_exemplar.new_zeros(
        num_searches, channels, height + exemplar_height - 1, width + exemplar_width - 1
    )
    for rows, window in _row_blocks(num_searches, exemplar.shape[2:], (height, width)):
        shifted = _on_diagonals(wide_grad, rows.stop - rows.start, exemplar_width)
        result[:, :, window].flatten(2).baddbmm_(wide_exemplar[:, :, rows].flatten(2), shifted.mT)
    return result.to(exemplar.dtype)


def xcorr_depthwise(exemplar: Tensor, search: Tensor) -> Tensor:
    """Correlate channel by channel; see :func:`tracker.ops.xcorr_depthwise`."""
    return _depthwise(_widen(exemplar), _widen(search)).to(search.dtype)


def xcorr_depthwise_grad_exemplar(grad: Tensor, search: Tensor, num_exemplars: int) -> Tensor:
    """Return the exemplar's gradient of :func:`xcorr_depthwise`: ``grad`` slid over the search."""
    each = _depthwise(_widen(grad), _widen(search))
    return _sum_shared(each, num_exemplars).to(search.dtype)


def xcorr_depthwise_grad_search(grad: Tensor, exemplar: Tensor) -> Tensor:
    """Return the search's gradient of :func:`xcorr_depthwise`: turned exemplar over ``grad``."""
    up_down, left_right = exemplar.shape[2] - 1, exemplar.shape[3] - 1
    padded = F.pad(_widen(grad), (left_right, left_right, up_down, up_down))
    return _depthwise(_widen(exemplar).flip(2, 3), padded).to(exemplar.dtype)


def _depthwise(exemplar: Tensor, search: Tensor) -> Tensor:
    """Correlate by one grouped convolution, with a group for every channel of every exemplar.

    The batch of the convolution are the searches that share an exemplar. Nothing is copied before
    it if each search has its own exemplar, or all share a single one.
    """
    num_exemplars, channels, height, width = exemplar.shape
    if len(search) == 0:
        size = search.shape[2] - height + 1, search.shape[3] - width + 1
        return search.new_empty(0, channels, *size)
    planes = num_exemplars * channels
    # (Bx / Bz, Bz, C, Hx, Wx)
    shared = torch.unflatten(search, 0, (num_exemplars, -1)).transpose(0, 1)
    response = F.conv2d(
        shared.flatten(1, 2), exemplar.reshape(planes, 1, height, width), groups=planes
    )
    by_exemplar = torch.unflatten(response, 1, (num_exemplars, channels)).transpose(0, 1)
    return by_exemplar.flatten(0, 1).contiguous()


def _widen(tensor: Tensor) -> Tensor:
    """Convert 16-bit types to float32 and keep the wider ones."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def _one_per_search(exemplar: Tensor, num_searches: int) -> Tensor:
    """Repeat the exemplars to ``(Bx, C, Hz, Wz)``; a single one is only expanded, not copied."""
    shared = num_searches // max(len(exemplar), 1)
    return exemplar.unsqueeze(1).expand(-1, shared, -1, -1, -1).flatten(0, 1)


def _sum_shared(each: Tensor, num_exemplars: int) -> Tensor:
    """Sum gradients ``(Bx, ...)`` over the searches that share an exemplar: ``(Bz, ...)``."""
    sharing = len(each) // max(num_exemplars, 1)
    return torch.unflatten(each, 0, (num_exemplars, sharing)).sum(1)


def _row_blocks(
    batch: int, exemplar_size: Sequence[int], response_size: Sequence[int]
) -> Iterator[tuple[slice, slice]]:
    """Split the exemplar into blocks of rows with at most ``MAX_PRODUCTS`` products each.

    A block has at least one row.

    Yields:
        Rows of the exemplar, and the rows of the search that they are multiplied with.
    """
    exemplar_height, exemplar_width = exemplar_size
    height, width = response_size
    per_row = batch * (height + exemplar_height - 1) * (width + exemplar_width - 1) * exemplar_width
    step = max(MAX_PRODUCTS // max(per_row, 1), 1)
    for start in range(0, exemplar_height, step):
        stop = min(start + step, exemplar_height)
        yield slice(start, stop), slice(start, stop + height - 1)


def _diagonals(products: Tensor, height: int, width: int, exemplar_width: int) -> Tensor:
    """View contiguous ``(batch, positions, taps)`` as ``(batch, height, width, Hz, Wz)``.

    Element ``[b, i, j, u, v]`` is the product of tap (u, v) with search position (i + u, j + v).
    """
    batch, _, taps = products.shape
    position_row = (width + exemplar_width - 1) * taps
    return products.as_strided(
        (batch, height, width, taps // exemplar_width, exemplar_width),
        (products.stride(0), position_row, taps, position_row + exemplar_width, taps + 1),
    )


def _on_diagonals(grad: Tensor, exemplar_height: int, exemplar_width: int) -> Tensor:
    """Make zero matrices ``(batch, positions, taps)`` with ``grad`` on their diagonals."""
    batch, _, height, width = grad.shape
    positions = (height + exemplar_height - 1) * (width + exemplar_width - 1)
    matrices = grad.new_zeros(batch, positions, exemplar_height * exemplar_width)
    _diagonals(matrices, height, width, exemplar_width).copy_(grad[:, 0, :, :, None, None])
    return matrices
