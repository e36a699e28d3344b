"""The operators on a GPU, in the kernels of the extension, against PyTorch in float64.

Skipped without a CUDA device or without the extension. With ``TRACKER_REQUIRE_EXTENSION=1`` a
missing extension fails them instead.
"""

import contextlib
import os

import pytest
import torch
import torch.nn.functional as F

from tracker.ops import cpu, cuda, xcorr, xcorr_depthwise

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
OPERATORS = [xcorr, xcorr_depthwise]
# Largest error allowed, relative to the largest value; for 16 bits one rounding of the result.
TOLERANCE = {
    torch.float64: 1e-12,
    torch.float32: 1e-5,
    torch.float16: 6e-4,
    torch.bfloat16: 5e-3,
}
# (Bz, Bx, C, (Hz, Wz), (Hx, Wx))
TYPICAL = {
    "SiamFC": (1, 3, 256, (6, 6), (22, 22)),
    "lite": (2, 6, 112, (8, 8), (32, 32)),
    "SiamRPN++ 7x7": (3, 3, 256, (7, 7), (31, 31)),
    "SiamRPN++ 5x5": (2, 2, 256, (5, 5), (29, 29)),
    "SiamRPN 4x4": (5, 5, 256, (4, 4), (20, 20)),
}
SIZES = TYPICAL | {
    "one pixel": (1, 1, 1, (1, 1), (1, 1)),
    "exemplar = search": (2, 2, 32, (5, 3), (5, 3)),
    "primes": (3, 3, 7, (5, 3), (13, 11)),
    "channels not a multiple of 32": (2, 4, 33, (6, 6), (22, 22)),
    "large exemplar": (1, 2, 64, (15, 17), (31, 33)),
    "gradient of a training batch": (2, 32, 32, (6, 6), (22, 22)),
    "one row": (2, 2, 2, (1, 5), (1, 9)),
    "no search": (2, 0, 32, (6, 6), (22, 22)),
    "nothing": (0, 0, 32, (6, 6), (22, 22)),
}
LAYOUTS = {
    "contiguous": lambda t: t,
    "channels_last": lambda t: t.to(memory_format=torch.channels_last),
    "transposed": lambda t: t.transpose(2, 3).contiguous().transpose(2, 3),
    "crop": lambda t: F.pad(t, (1, 2, 3, 0, 1, 1))[:, 1:-1, 3:, 1:-2],
    "every second column": lambda t: t.repeat_interleave(2, 3)[..., ::2],
    "expanded": lambda t: t[:1].expand(t.shape),
}
every_operator = pytest.mark.parametrize("operator", OPERATORS)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE, ids=str)


@pytest.fixture(autouse=True)
def kernels(monkeypatch):
    """The extension; a fallback would raise."""
    problem = cuda.unavailable_reason(torch.device("cuda", 0))
    if problem and os.environ.get("TRACKER_REQUIRE_EXTENSION") != "1":
        pytest.skip(problem)
    monkeypatch.setenv("TRACKER_REQUIRE_EXTENSION", "1")
    return None if problem else cuda._module()


@contextlib.contextmanager
def poisoned_memory():
    """PyTorch fills new tensors with NaN."""
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


def make(size, dtype=torch.float32, device="cuda"):
    """Exemplar, search and gradients of the two operators' responses, fresh in every call."""
    num_exemplars, num_searches, channels, exemplar, search = size
    places = [outer - inner + 1 for outer, inner in zip(search, exemplar, strict=True)]
    shapes = (
        (num_exemplars, channels, *exemplar),
        (num_searches, channels, *search),
        (num_searches, 1, *places),
        (num_searches, channels, *places),
    )
    z, x, *grads = (torch.randn(shape, device=device).to(dtype) for shape in shapes)
    return z, x, dict(zip(("xcorr", "xcorr_depthwise"), grads, strict=True))


def cases(operator, z, x, grad):
    """Name and arguments of the operator and its two gradients."""
    name = operator.__name__
    yield name, (z, x)
    yield f"{name}_grad_exemplar", (grad, x, len(z))
    yield f"{name}_grad_search", (grad, z)


def exactly(name, args):
    """The same in float64, by PyTorch."""
    wide = [arg.double() if isinstance(arg, torch.Tensor) else arg for arg in args]
    return getattr(cpu, name)(*wide)


def assert_close(actual, expected, dtype):
    assert actual.shape == expected.shape
    assert actual.dtype == dtype
    assert actual.is_contiguous()
    if expected.numel():
        error = (actual.double() - expected).abs().max()
        assert error <= TOLERANCE[dtype] * expected.abs().max()


@every_operator
@every_dtype
@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_agrees_with_float64(operator, size, layout, dtype):
    z, x, grads = make(size, dtype)
    z, x, grad = map(LAYOUTS[layout], (z, x, grads[operator.__name__]))
    for name, args in cases(operator, z, x, grad):
        with poisoned_memory():
            result = getattr(torch.ops.tracker, name)(*args)
            again = getattr(torch.ops.tracker, name)(*args)
        assert torch.equal(result, again)
        assert_close(result, exactly(name, args), dtype)


@every_operator
@every_dtype
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("num_exemplars", [1, 2, 4])
def test_any_strides(operator, dtype, layout, num_exemplars):
    z, x, grads = make((num_exemplars, 4, 32, (6, 6), (22, 22)), dtype)
    z, x, grad = map(layout, (z, x, grads[operator.__name__]))
    for name, args in cases(operator, z, x, grad):
        assert_close(getattr(torch.ops.tracker, name)(*args), exactly(name, args), dtype)


@every_operator
@pytest.mark.parametrize("offset", [1, 2, 3, 4])
def test_maps_that_do_not_start_at_16_bytes(operator, offset):
    for dtype in (torch.float32, torch.float16):
        z, x, grads = make(TYPICAL["SiamFC"], dtype)
        moved = []
        for tensor in (z, x, grads[operator.__name__]):
            memory = torch.empty(tensor.numel() + offset, dtype=dtype, device="cuda")
            moved.append(memory[offset:].view(tensor.shape).copy_(tensor))
        for name, args in cases(operator, *moved):
            assert_close(getattr(torch.ops.tracker, name)(*args), exactly(name, args), dtype)


@every_operator
@pytest.mark.parametrize("size", TYPICAL.values(), ids=TYPICAL)
def test_usual_sizes_have_a_fast_kernel(operator, size, kernels):
    if (operator is xcorr) != (size in (TYPICAL["SiamFC"], TYPICAL["lite"])):
        pytest.skip("the operator is not used with this size")
    operator(*make(size)[:2])
    assert kernels.last_kernel() not in ("none", "simple")


@every_operator
def test_opcheck(operator):
    for layout in ("contiguous", "channels_last"):
        z, x, grads = make((2, 4, 3, (2, 3), (4, 5)))
        tensors = map(LAYOUTS[layout], (z, x, grads[operator.__name__]))
        tensors = [tensor.requires_grad_() for tensor in tensors]
        for name, args in cases(operator, *tensors):
            torch.library.opcheck(getattr(torch.ops.tracker, name).default, args)


@every_operator
@pytest.mark.parametrize("batch", [(1, 2), (2, 2)])
def test_gradcheck(operator, batch):
    z, x, _ = make((*batch, 2, (1, 2), (2, 3)), torch.float64)
    inputs = z.requires_grad_(), x.requires_grad_()
    assert torch.autograd.gradcheck(operator, inputs)
    assert torch.autograd.gradgradcheck(operator, inputs, fast_mode=True)


@every_operator
@pytest.mark.slow
def test_compiles_in_one_graph(operator):
    compiled = torch.compile(operator, fullgraph=True)
    z, x, _ = make(TYPICAL["SiamFC"])
    results = []
    for function in (operator, compiled):
        inputs = z.clone().requires_grad_(), x.clone().requires_grad_()
        response = function(*inputs)
        results.append((response, *torch.autograd.grad(response.square().sum(), inputs)))
    torch.testing.assert_close(*results)


@every_operator
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_graph_capture_and_replay(operator, dtype):
    z, x, grads = make(TYPICAL["SiamFC"], dtype)
    work = list(cases(operator, z, x, grads[operator.__name__]))

    def run():
        return [getattr(torch.ops.tracker, name)(*args) for name, args in work]

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        results = run()
    for _ in range(2):
        for tensor in (z, x, grads[operator.__name__]):
            tensor.copy_(torch.randn_like(tensor))
        for result in results:
            result.fill_(torch.nan)
        graph.replay()
        for result, expected in zip(results, run(), strict=True):
            assert torch.equal(result, expected)


@every_operator
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_autocast(operator, dtype):
    z, x, _ = make(TYPICAL["SiamFC"])
    z.requires_grad_()
    with torch.autocast("cuda", dtype):
        response = operator(z, x)
        double = operator(z.double(), x.double())
    assert double.dtype == torch.float64
    args = z.detach().to(dtype), x.to(dtype)
    assert_close(response.detach(), exactly(operator.__name__, args), dtype)
    response.sum().backward()
    assert z.grad.dtype == torch.float32


@every_operator
def test_other_streams(operator):
    z, x, grads = make(TYPICAL["SiamFC"])
    work = list(cases(operator, z, x, grads[operator.__name__]))
    expected = [getattr(torch.ops.tracker, name)(*args) for name, args in work]
    kept = x.clone()
    x.zero_()
    torch.cuda.synchronize()
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        torch.cuda._sleep(50_000_000)  # a kernel on another stream would be done by then
        x.copy_(kept)
        results = [getattr(torch.ops.tracker, name)(*args) for name, args in work]
    side.synchronize()
    for result, value in zip(results, expected, strict=True):
        assert torch.equal(result, value)


@every_operator
@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="fewer than two CUDA devices")
def test_other_devices(operator):
    z, x, grads = make(TYPICAL["SiamFC"], device="cuda:1")
    for name, args in cases(operator, z, x, grads[operator.__name__]):
        result = getattr(torch.ops.tracker, name)(*args)
        assert result.device == x.device
        assert torch.cuda.current_device() == 0
        assert_close(result, exactly(name, args), torch.float32)
    with pytest.raises(ValueError, match="on one device; got cuda:0 and cuda:1"):
        getattr(torch.ops.tracker, operator.__name__)(z.to("cuda:0"), x)


@every_operator
@pytest.mark.slow
@pytest.mark.parametrize(
    "size",
    [
        (17_400, 17_400, 256, (6, 6), (22, 22)),
        (1, 2, 2, (1, 1), (23_200, 23_200)),
    ],
    ids=["many searches", "large searches"],
)
def test_more_than_2_to_the_31_elements(operator, size):
    free, _ = torch.cuda.mem_get_info()
    if free < 24 * 2**30:
        pytest.skip(f"needs 24 GiB of GPU memory; {free / 2**30:.0f} GiB are free")
    num_exemplars, num_searches, channels, exemplar, search = size
    z = torch.randn(num_exemplars, channels, *exemplar, device="cuda", dtype=torch.float16)
    x = torch.randn(num_searches, channels, *search, device="cuda", dtype=torch.float16)
    assert x.numel() > 2**31
    response = operator(z, x)
    grad_search = getattr(torch.ops.tracker, f"{operator.__name__}_grad_search")(response, z)
    side = min(search[0], 64)  # of the last corner of the last map, which is compared
    places = side - exemplar[0] + 1
    args = z[-1:], x[-1:, :, -side:, -side:]
    some = response[-1:, :, -places:, -places:].contiguous()
    assert_close(some, exactly(operator.__name__, args), torch.float16)
    args = some, z[-1:]
    some = grad_search[-1:, :, -side:, -side:].contiguous()
    assert_close(some, exactly(f"{operator.__name__}_grad_search", args), torch.float16)
