"""The operators: values by hand, the reference, errors, gradients, registration, layouts."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.ops import reference, xcorr, xcorr_depthwise, xcorr_grad_exemplar

OPERATORS = [xcorr, xcorr_depthwise]
# Largest error allowed, relative to the largest value; for 16 bits one rounding of the result.
TOLERANCE = {
    torch.float64: 1e-12,
    torch.float32: 1e-5,
    torch.float16: 6e-4,
    torch.bfloat16: 5e-3,
}
# (Bz, Bx, C, (Hz, Wz), (Hx, Wx))
SIZES = {
    "1x1 exemplar": (1, 1, 3, (1, 1), (5, 4)),
    "exemplar = search": (2, 2, 4, (5, 3), (5, 3)),
    "one pixel": (1, 1, 1, (1, 1), (1, 1)),
    "primes": (3, 3, 7, (5, 3), (13, 11)),
    "one row": (2, 2, 2, (1, 5), (1, 9)),
    "one column": (2, 2, 2, (5, 1), (9, 1)),
    "scales of one object": (1, 3, 8, (6, 6), (22, 22)),
    "scales of many objects": (2, 6, 5, (4, 3), (8, 10)),
}
every_operator = pytest.mark.parametrize("operator", OPERATORS)
every_size = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


def make(size, dtype=torch.float64, seed=0):
    num_exemplars, num_searches, channels, exemplar_size, search_size = size
    generator = torch.Generator().manual_seed(seed)
    exemplar = torch.randn(num_exemplars, channels, *exemplar_size, generator=generator)
    search = torch.randn(num_searches, channels, *search_size, generator=generator)
    return exemplar.to(dtype), search.to(dtype)


def assert_close(actual, expected, dtype):
    actual, expected = actual.detach().double().numpy(), np.asarray(expected)
    assert actual.shape == expected.shape
    assert np.abs(actual - expected).max() <= TOLERANCE[dtype] * np.abs(expected).max()


def assert_agrees_with_reference(operator, exemplar, search):
    """Compare the response and both gradients with ``reference.py``."""
    dtype = search.dtype
    response = operator(exemplar, search)
    assert response.dtype == dtype
    assert response.is_contiguous()
    grad = make((1, 1, response[0].numel(), (1, 1), (len(response), 1)), dtype, seed=1)[1]
    grad = grad.reshape(response.shape)
    exemplar, search = exemplar.requires_grad_(), search.requires_grad_()
    gradients = torch.autograd.grad(operator(exemplar, search), (exemplar, search), grad)
    z, x, g = (tensor.detach().double().numpy() for tensor in (exemplar, search, grad))
    assert_close(response, getattr(reference, operator.__name__)(z, x), dtype)
    for gradient, expected in zip(gradients, reference.gradients(g, z, x), strict=True):
        assert gradient.dtype == dtype
        assert_close(gradient, expected, dtype)


def test_values_by_hand():
    exemplar = torch.tensor([[[[1.0, 2], [3, 4]], [[0, 0], [0, 1]]]])
    search = torch.arange(1.0, 10).reshape(1, 1, 3, 3) * torch.tensor([1.0, 10])[:, None, None]
    by_channel = [[[[37.0, 47], [67, 77]], [[50, 60], [80, 90]]]]
    assert xcorr_depthwise(exemplar, search).tolist() == by_channel
    assert xcorr(exemplar, search).tolist() == [[[[87.0, 107], [147, 167]]]]


@every_operator
def test_gradients_by_hand(operator):
    exemplar = torch.tensor([[[[1.0, 2], [3, 4]]]], requires_grad=True)
    search = torch.arange(1.0, 10).reshape(1, 1, 3, 3).requires_grad_()
    operator(exemplar, search).backward(torch.tensor([[[[1.0, 0], [0, 2]]]]))
    assert exemplar.grad.tolist() == [[[[11, 14], [20, 23]]]]
    assert search.grad.tolist() == [[[[1, 2, 0], [3, 6, 4], [0, 6, 8]]]]


def test_the_exemplars_gradient_by_hand():
    """Sum over two searches, whose gradients pick the windows at their corners."""
    search = torch.arange(1.0, 10).reshape(1, 1, 3, 3).repeat(2, 1, 1, 1)
    grad = torch.tensor([[[[1.0, 0], [0, 2]]], [[[0.0, 1], [0, 0]]]])
    first, second = [[11.0, 14], [20, 23]], [[2.0, 3], [5, 6]]
    assert xcorr_grad_exemplar(grad, search, 2).tolist() == [[first], [second]]
    assert xcorr_grad_exemplar(grad, search, 1).tolist() == [[[[13, 17], [25, 29]]]]


@every_size
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
def test_the_exemplars_gradient_agrees_with_reference(size, dtype):
    exemplar, search = make(size, dtype)
    grad = torch.randn_like(xcorr(exemplar, search))
    gradient = xcorr_grad_exemplar(grad, search, len(exemplar))
    assert gradient.shape == exemplar.shape
    assert gradient.dtype == dtype
    assert gradient.is_contiguous()
    z, x, g = (tensor.double().numpy() for tensor in (exemplar, search, grad))
    assert_close(gradient, reference.gradients(g, z, x)[0], dtype)


def test_the_exemplars_gradient_has_gradients_itself():
    """It is linear in both: what an exemplar is fitted with can be trained through."""
    exemplar, search = make((2, 4, 2, (1, 2), (2, 3)))
    grad = torch.randn_like(xcorr(exemplar, search)).requires_grad_()
    assert torch.autograd.gradcheck(
        lambda g, x: xcorr_grad_exemplar(g, x, 2), (grad, search.requires_grad_())
    )


@every_operator
@every_size
@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
def test_agrees_with_reference(operator, size, dtype):
    assert_agrees_with_reference(operator, *make(size, dtype))


@every_operator
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_16_bits_accumulate_in_float32(operator, dtype):
    # 4097 ones minus 4096 ones; neither 16-bit type holds 4097.
    exemplar = torch.ones(1, 1, 1, 8193, dtype=dtype)
    search = torch.ones(1, 1, 1, 8193, dtype=dtype)
    search[..., 4097:] = -1
    assert operator(exemplar, search).item() == 1
    if operator is xcorr:  # the same along the channels, in two taps
        tap = torch.ones(1, 4097, 1, 1, dtype=dtype)
        other = -tap.clone()
        other[:, -1] = 0
        assert xcorr(torch.cat([tap, other], 3), torch.cat([tap, tap], 3)).item() == 1
    # and along the positions, then the searches, of a gradient
    exemplar = torch.ones(1, 1, 1, 1, dtype=dtype, requires_grad=True)
    search = torch.ones(2, 1, 1, 4097, dtype=dtype)
    search[1] = -1
    search[1, ..., -1] = 0
    operator(exemplar, search).backward(torch.ones(2, 1, 1, 4097, dtype=dtype))
    assert exemplar.grad.item() == 1


@every_operator
@pytest.mark.parametrize("num_exemplars", [0, 1, 2])
def test_empty_batch(operator, num_exemplars):
    exemplar = torch.ones(num_exemplars, 3, 2, 2, requires_grad=True)
    search = torch.ones(0, 3, 5, 6, requires_grad=True)
    response = operator(exemplar, search)
    assert response.shape == (0, 1 if operator is xcorr else 3, 4, 5)
    response.sum().backward()
    assert torch.equal(exemplar.grad, torch.zeros(num_exemplars, 3, 2, 2))
    assert search.grad.shape == search.shape


ONES = torch.ones(2, 3, 4, 4)


@every_operator
@pytest.mark.parametrize(
    ("exemplar", "search", "error", "message"),
    [
        (ONES.numpy(), ONES, TypeError, "exemplar as a torch.Tensor; got ndarray"),
        (ONES, None, TypeError, "search as a torch.Tensor; got NoneType"),
        (ONES.int(), ONES, TypeError, "exemplar in float64, .* or bfloat16; got torch.int32"),
        (ONES, ONES.cfloat(), TypeError, "search in float64, .*; got torch.complex64"),
        (ONES, ONES.double(), TypeError, "of one dtype; got torch.float32 and torch.float64"),
        (ONES[0], ONES, ValueError, r"exemplar of shape .*batch.*; got \(3, 4, 4\)"),
        (ONES, ONES[:, :0], ValueError, r"search of shape .*one channel.*; got \(2, 0, 4, 4\)"),
        (ONES[:, :2], ONES, ValueError, "same number of channels; got 2 and 3"),
        (ONES, ONES[:1], ValueError, "multiple of the number of exemplars; got 1 and 2"),
        (ONES[:0], ONES, ValueError, "multiple of the number of exemplars; got 2 and 0"),
        (ONES, ONES[:, :, 1:], ValueError, "as large as the exemplar; got .* 3x4 and 4x4"),
        (ONES, ONES[..., 1:], ValueError, "as large as the exemplar; got .* 4x3 and 4x4"),
        (ONES, ONES.to("meta"), ValueError, "on one device; got cpu and meta"),
    ],
)
def test_errors(operator, exemplar, search, error, message):
    with pytest.raises(error, match=message) as caught:
        operator(exemplar, search)
    assert str(caught.value).startswith("expected ")


@every_operator
@pytest.mark.parametrize("batch", [(1, 2), (2, 2)])
def test_gradcheck(operator, batch):
    exemplar, search = make((*batch, 2, (1, 2), (2, 3)))
    inputs = exemplar.requires_grad_(), search.requires_grad_()
    assert torch.autograd.gradcheck(operator, inputs)
    assert torch.autograd.gradgradcheck(operator, inputs, fast_mode=True)


@every_operator
def test_gradient_of_one_argument_only(operator):
    exemplar, search = make(SIZES["primes"])
    operator(exemplar.requires_grad_(), search).sum().backward()
    assert exemplar.grad is not None
    assert search.grad is None
    exemplar, search = make(SIZES["primes"])
    operator(exemplar, search.requires_grad_()).sum().backward()
    assert exemplar.grad is None
    assert search.grad is not None


@every_operator
@pytest.mark.parametrize("requires_grad", [False, True])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_opcheck(operator, requires_grad, memory_format):
    exemplar, search = make((2, 4, 3, (2, 3), (4, 5)), torch.float32)
    grad = operator(exemplar, search).clone()
    exemplar, search, grad = (
        tensor.to(memory_format=memory_format).requires_grad_(requires_grad)
        for tensor in (exemplar, search, grad)
    )
    samples = {"": (exemplar, search), "_grad_exemplar": (grad, search, 2)}
    samples["_grad_search"] = (grad, exemplar)
    for suffix, sample in samples.items():
        op = getattr(torch.ops.tracker, operator.__name__ + suffix).default
        torch.library.opcheck(op, sample)


@every_operator
@pytest.mark.parametrize(
    "layout",
    [
        lambda t: t.to(memory_format=torch.channels_last),
        lambda t: t.transpose(2, 3).contiguous().transpose(2, 3),
        lambda t: F.pad(t, (1, 2, 3, 0, 1, 1))[:, 1:-1, 3:, 1:-2],
        lambda t: t.repeat_interleave(2, 3)[..., ::2],
        lambda t: t[:1].expand(t.shape),
    ],
    ids=["channels_last", "transposed", "crop", "every second column", "expanded"],
)
@pytest.mark.parametrize("num_exemplars", [1, 2, 4])
def test_any_strides(operator, layout, num_exemplars):
    exemplar, search = make((num_exemplars, 4, 3, (3, 2), (7, 6)), torch.float32)
    assert_agrees_with_reference(operator, layout(exemplar), layout(search))


@every_operator
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_autocast(operator, dtype):
    exemplar, search = make(SIZES["primes"], torch.float32)
    exemplar.requires_grad_()
    with torch.autocast("cpu", dtype):
        response = operator(exemplar, search.to(torch.bfloat16))  # dtypes may differ here
        double = operator(exemplar.double(), search.double())
    assert response.dtype == dtype
    assert double.dtype == torch.float64
    assert_close(
        response, operator(exemplar.to(dtype), search.bfloat16().to(dtype)).detach().double(), dtype
    )
    response.sum().backward()
    assert exemplar.grad.dtype == torch.float32
    with torch.autocast("cpu", dtype), pytest.raises(TypeError, match="of one dtype"):
        operator(exemplar.double(), search)


@every_operator
@pytest.mark.parametrize("dynamic", [False, True])
def test_compiles_in_one_graph(operator, dynamic):
    compiled = torch.compile(operator, fullgraph=True, backend="aot_eager", dynamic=dynamic)
    for size in ((2, 2, 3, (2, 2), (5, 6)), (2, 4, 3, (3, 2), (7, 7))):
        results = []
        for function in (operator, compiled):
            inputs = [tensor.requires_grad_() for tensor in make(size)]
            response = function(*inputs)
            results.append((response, *torch.autograd.grad(response.square().sum(), inputs)))
        torch.testing.assert_close(results[0], results[1])


@every_operator
def test_meta_tensors_get_shapes(operator):
    exemplar, search = (tensor.to("meta") for tensor in make(SIZES["scales of many objects"]))
    assert operator(exemplar, search).shape == (6, 1 if operator is xcorr else 5, 5, 8)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_agrees_with_conv2d_on_any_shape(data):
    def side(largest):
        return data.draw(st.integers(1, largest))

    height, width, batch, channels = side(6), side(6), side(3), side(5)
    search_size = height + side(8) - 1, width + side(8) - 1
    size = (batch, batch, channels, (height, width), search_size)
    exemplar, search = make(size, seed=side(1000))
    summed = [F.conv2d(x[None], z[None]) for z, x in zip(exemplar, search, strict=True)]
    torch.testing.assert_close(xcorr(exemplar, search), torch.cat(summed))
    depthwise = xcorr_depthwise(exemplar, search)
    torch.testing.assert_close(depthwise.sum(1, keepdim=True), torch.cat(summed))
    # one channel at a time, the two operators are the same
    parts = [t.flatten(0, 1).unsqueeze(1) for t in (exemplar, search)]
    torch.testing.assert_close(depthwise.flatten(0, 1).unsqueeze(1), xcorr(*parts))


@pytest.mark.parametrize(
    ("grad", "search", "count", "message"),
    [
        ((3, 1, 2, 2), (3, 4, 5, 5), 2, "multiple of the number of exemplars; got 3 and 2"),
        ((2, 1, 6, 2), (2, 4, 5, 5), 2, "no larger than it"),
        ((2, 4, 2, 2), (2, 4, 5, 5), 2, "as a response to the search"),
        ((2, 2, 2), (2, 4, 5, 5), 2, "expected grad of shape"),
    ],
)
def test_gradients_that_do_not_fit_their_search(grad, search, count, message):
    with pytest.raises(ValueError, match=message):
        xcorr_grad_exemplar(torch.ones(grad), torch.ones(search), count)
