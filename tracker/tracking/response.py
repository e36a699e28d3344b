"""From response maps to a displacement: window, best scale, peak. Pure functions on arrays.

A response map ``(n, n)`` holds the similarity of the exemplar to the search region at each of its
positions; the centre of the map means "has not moved". The steps and their order are those of
the SiamFC paper's reference code.
"""

from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]
Cells = TypeVar("Cells", float, NDArray[np.float64])


@lru_cache(maxsize=8)
def cosine_window(size: int) -> Map:
    """Return a Hann window ``(size, size)`` with sum 1, nonzero everywhere.

    Calls share one read-only array.
    """
    hann = _hann(size)
    product = np.outer(hann, hann)
    window: Map = (product / product.sum()).astype(np.float32)
    window.flags.writeable = False
    return window


def cosine_window_axis(size: int) -> NDArray[np.float32]:
    """Return ``size`` values of sum 1 whose outer product with themselves is the window."""
    hann = _hann(size)
    return np.asarray(hann / hann.sum(), np.float32)


def upsample(responses: Map, factor: int) -> Map:
    """Upsample maps bicubically from ``(N, n, n)`` to ``(N, n * factor, n * factor)``.

    Cell ``i`` of the input is centred on ``(i + 0.5) * factor - 0.5`` of the output.
    """
    size = responses.shape[-1] * factor
    return np.stack(
        [cv2.resize(each, (size, size), interpolation=cv2.INTER_CUBIC) for each in responses]
    )


def best_scale(responses: Map, penalty: float) -> int:
    """Return the index of the scale with the highest peak, changes of scale being penalised.

    Peaks are measured from the mean of all maps, so that the penalty acts in the same direction
    whatever the sign of the responses.

    Args:
        responses: maps ``(N, n, n)``, N odd, the middle one at unchanged scale.
        penalty: factor on the peaks of the other scales, 0 to 1.
    """
    peaks = responses.max(axis=(1, 2)) - responses.mean()
    middle = len(responses) // 2
    factors = np.full(len(responses), penalty)
    factors[middle] = 1
    best = int(np.argmax(peaks * factors))
    return best if peaks[best] * factors[best] > peaks[middle] else middle


def apply_window(response: Map, window: Map, influence: float) -> Map:
    """Blend a map ``(n, n)``, shifted and scaled to minimum 0 and sum 1, with a window of sum 1."""
    shifted = response - response.min()
    total = shifted.sum()
    if total > 0:
        shifted /= total
    return np.asarray((1 - influence) * shifted + influence * window)


def find_peak(response: Map) -> tuple[float, float]:
    """Return the position ``(row, column)`` of the highest value, to a fraction of a cell.

    The fraction is the vertex of the parabola through the peak and its two neighbours along each
    axis; at the border of the map the whole cell is returned.
    """
    return _top(response, int(response.argmax()))


def find_peak_beside(response: Map, taken: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Find the highest local maximum of a map outside masked cells, like ``find_peak``.

    Args:
        taken: ``(n, n)``, true on masked cells.

    Returns:
        None if all maxima are masked.
    """
    is_peak = (response == cv2.dilate(response, np.ones((3, 3)))) & ~taken
    if not is_peak.any():
        return None
    return _top(response, int(np.where(is_peak, response, -np.inf).argmax()))


def displacement(
    peak: tuple[Cells, Cells], size: int, upsampling: int, total_stride: int
) -> tuple[Cells, Cells]:
    """Return the displacement of a peak from the centre of its map, ``(dx, dy)`` in crop pixels.

    Args:
        peak: ``(row, column)`` in the upsampled map, or rows and columns of several.
        size: side of the upsampled map.
        upsampling: cells of the upsampled map per cell of the response.
        total_stride: search-crop pixels per cell of the response.
    """
    row, column = peak
    middle = (size - 1) / 2
    cell = total_stride / upsampling
    return (column - middle) * cell, (row - middle) * cell


def _hann(size: int) -> NDArray[np.float64]:
    """Return a Hann window without its zeros at both ends."""
    return np.hanning(size + 2)[1:-1]


def _top(response: Map, cell: int) -> tuple[float, float]:
    """Refine a maximum, given by its flat index, to a fraction of a cell."""
    row, column = np.unravel_index(cell, response.shape)
    return _vertex(response[:, column], int(row)), _vertex(response[row], int(column))


def _vertex(values: Map, index: int) -> float:
    """Return the vertex of the parabola through a maximum and its two neighbours."""
    if not 0 < index < len(values) - 1:
        return float(index)
    before, at, after = (float(value) for value in values[index - 1 : index + 2])
    curvature = before - 2 * at + after
    return index + (before - after) / (2 * curvature) if curvature < 0 else float(index)
