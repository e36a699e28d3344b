"""The reference against values worked out by hand, NumPy and finite differences."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from tracker.ops import reference

EXEMPLAR = np.array([[[[1, 2], [3, 4]], [[0, 0], [0, 1]]]])
SEARCH = np.arange(1, 10).reshape(1, 1, 3, 3) * np.array([1, 10]).reshape(1, 2, 1, 1)
BY_CHANNEL = np.array([[[[37, 47], [67, 77]], [[50, 60], [80, 90]]]])
GRAD = np.array([[[[1, 0], [0, 2]]]])


def test_values_by_hand():
    np.testing.assert_array_equal(reference.xcorr_depthwise(EXEMPLAR, SEARCH), BY_CHANNEL)
    np.testing.assert_array_equal(
        reference.xcorr(EXEMPLAR, SEARCH), [[[[87, 107], [147, 167]]]]
    )  # the sum of both channels


def test_gradients_by_hand():
    grad_exemplar, grad_search = reference.gradients(GRAD, EXEMPLAR[:, :1], SEARCH[:, :1])
    np.testing.assert_array_equal(grad_exemplar, [[[[11, 14], [20, 23]]]])
    np.testing.assert_array_equal(grad_search, [[[[1, 2, 0], [3, 6, 4], [0, 6, 8]]]])


def test_searches_share_exemplars_in_runs():
    exemplar = np.array([1.0, 10.0]).reshape(2, 1, 1, 1)
    search = np.ones((6, 1, 1, 1))
    expected = np.array([1, 1, 1, 10, 10, 10]).reshape(6, 1, 1, 1)
    np.testing.assert_array_equal(reference.xcorr(exemplar, search), expected)
    np.testing.assert_array_equal(reference.xcorr_depthwise(exemplar, search), expected)
    grad = np.arange(6.0).reshape(6, 1, 1, 1)
    grad_exemplar, grad_search = reference.gradients(grad, exemplar, search)
    np.testing.assert_array_equal(grad_exemplar.ravel(), [0 + 1 + 2, 3 + 4 + 5])
    np.testing.assert_array_equal(grad_search.ravel(), [0, 1, 2, 30, 40, 50])


@pytest.mark.parametrize("operator", ["xcorr", "xcorr_depthwise"])
def test_agrees_with_numpy_windows(operator):
    rng = np.random.default_rng(0)
    exemplar, search = rng.normal(size=(2, 3, 3, 4)), rng.normal(size=(4, 3, 7, 9))
    windows = sliding_window_view(search, (3, 4), axis=(2, 3))
    by_channel = np.einsum("bcijuv,bcuv->bcij", windows, exemplar[[0, 0, 1, 1]])
    expected = by_channel.sum(1, keepdims=True) if operator == "xcorr" else by_channel
    response = getattr(reference, operator)(exemplar, search)
    np.testing.assert_allclose(response, expected, atol=1e-12)


@pytest.mark.parametrize("operator", [reference.xcorr, reference.xcorr_depthwise])
def test_gradients_agree_with_finite_differences(operator):
    rng = np.random.default_rng(1)
    tensors = [rng.normal(size=(2, 2, 2, 3)), rng.normal(size=(4, 2, 3, 5))]
    grad = rng.normal(size=operator(*tensors).shape)
    for which, gradient in enumerate(reference.gradients(grad, *tensors)):
        for place in [(0, 0, 0, 0), (1, 1, 1, 2), (1, 0, 1, 0)]:
            moved = [tensor.copy() for tensor in tensors]
            moved[which][place] += 1  # any step is exact: the operators are linear in each argument
            change = (grad * (operator(*moved) - operator(*tensors))).sum()
            assert change == pytest.approx(gradient[place], abs=1e-12)
