"""The definition of the operators: plain loops over NumPy arrays in float64, easy to check.

Tests compare the fast implementations with these; ``tracker.ops`` never calls them. Shapes are
those of :func:`tracker.ops.xcorr`: exemplars ``(Bz, C, Hz, Wz)``, searches ``(Bx, C, Hx, Wx)``, and
search b belongs to exemplar ``b // (Bx // Bz)``. Numba compiles the loops in this order.
"""

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def xcorr(exemplar: ArrayLike, search: ArrayLike) -> Array:
    """Correlate and sum over the channels, to ``(Bx, 1, Hx - Hz + 1, Wx - Wz + 1)``."""
    return _xcorr(_float64(exemplar), _float64(search))


def xcorr_depthwise(exemplar: ArrayLike, search: ArrayLike) -> Array:
    """Correlate each channel alone, to ``(Bx, C, Hx - Hz + 1, Wx - Wz + 1)``."""
    return _xcorr_depthwise(_float64(exemplar), _float64(search))


def gradients(grad: ArrayLike, exemplar: ArrayLike, search: ArrayLike) -> tuple[Array, Array]:
    """Return the gradients of ``sum(grad * response)`` for the exemplar and the search.

    Args:
        grad: ``(Bx, 1, ...)`` for the response of :func:`xcorr`, where all channels get the same
            gradient, or ``(Bx, C, ...)`` for that of :func:`xcorr_depthwise`.
        exemplar: ``(Bz, C, Hz, Wz)``.
        search: ``(Bx, C, Hx, Wx)``.

    Returns:
        Arrays of the shapes of ``exemplar`` and ``search``.
    """
    grad, search = _float64(grad), _float64(search)
    batch, _, height, width = grad.shape
    of_each_channel = np.broadcast_to(grad, (batch, search.shape[1], height, width))
    return _gradients(_float64(of_each_channel), _float64(exemplar), search)


@numba.njit()
def _xcorr(exemplar: Array, search: Array) -> Array:
    num_exemplars, channels, exemplar_height, exemplar_width = exemplar.shape
    num_searches, _, search_height, search_width = search.shape
    height, width = search_height - exemplar_height + 1, search_width - exemplar_width + 1
    response = np.zeros((num_searches, 1, height, width))
    for b in range(num_searches):
        z = b // (num_searches // num_exemplars)
        for i in range(height):
            for j in range(width):
                for c in range(channels):
                    for u in range(exemplar_height):
                        for v in range(exemplar_width):
                            response[b, 0, i, j] += (
                                exemplar[z, c, u, v] * search[b, c, i + u, j + v]
                            )
    return response


@numba.njit()
def _xcorr_depthwise(exemplar: Array, search: Array) -> Array:
    num_exemplars, channels, exemplar_height, exemplar_width = exemplar.shape
    num_searches, _, search_height, search_width = search.shape
    height, width = search_height - exemplar_height + 1, search_width - exemplar_width + 1
    response = np.zeros((num_searches, channels, height, width))
    for b in range(num_searches):
        z = b // (num_searches // num_exemplars)
        for c in range(channels):
            for i in range(height):
                for j in range(width):
                    for u in range(exemplar_height):
                        for v in range(exemplar_width):
                            response[b, c, i, j] += (
                                exemplar[z, c, u, v] * search[b, c, i + u, j + v]
                            )
    return response


@numba.njit()
def _gradients(grad: Array, exemplar: Array, search: Array) -> tuple[Array, Array]:
    num_exemplars, _, exemplar_height, exemplar_width = exemplar.shape
    num_searches, channels, height, width = grad.shape
    grad_exemplar, grad_search = np.zeros_like(exemplar), np.zeros_like(search)
    for b in range(num_searches):
        z = b // (num_searches // num_exemplars)
        for c in range(channels):
            for i in range(height):
                for j in range(width):
                    for u in range(exemplar_height):
                        for v in range(exemplar_width):
                            g = grad[b, c, i, j]
                            grad_exemplar[z, c, u, v] += g * search[b, c, i + u, j + v]
                            grad_search[b, c, i + u, j + v] += g * exemplar[z, c, u, v]
    return grad_exemplar, grad_search


def _float64(array: ArrayLike) -> Array:
    return np.ascontiguousarray(array, dtype=np.float64)
