"""Every CUDA kernel, run by the emulated device of csrc/emulation, against float64 on the CPU."""

import itertools
import random
import shutil
from collections import defaultdict

import pytest
import torch

from tests.csrc.emulator import CSRC, OPERATORS, ORDERS, EmulationError, Emulator, build
from tracker.ops import cpu

SIZES = ((4, 20), (5, 29), (6, 22), (7, 31), (8, 32))  # exemplar and search of known trackers
WIDE = (torch.float64, torch.float32)
HALF = (torch.float16, torch.bfloat16)
LAYOUTS = ("contiguous", "channels_last", "sliced")
# Rounding of sums, relative to the sum of the absolute products, and of the result.
SUM_ERROR = {torch.float64: 1e-15, torch.float32: 5e-7, torch.float16: 5e-7, torch.bfloat16: 5e-7}
RESULT_ERROR = {torch.float64: 0, torch.float32: 0, torch.float16: 2**-11, torch.bfloat16: 2**-8}


@pytest.fixture(scope="session")
def errors(request):
    """Collect errors relative to the largest result, by kernel and type; print them at the end."""
    found = defaultdict(list)
    yield found
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\n\nkernel                 type      cases   worst relative error")
        for (kernel, dtype), values in sorted(found.items(), key=str):
            name = str(dtype).removeprefix("torch.")
            print(f"{kernel:22} {name:9} {len(values):5}   {max(values):.1e}")


@pytest.fixture
def emulator(built):
    emulator = Emulator(built)
    emulator.set_device(90)
    return emulator


def make(shape, dtype, layout, seed):
    """Make random values in one of ``LAYOUTS``; the slice leaves gaps along every axis."""
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
    if layout == "channels_last":
        return values.contiguous(memory_format=torch.channels_last)
    if layout == "sliced":
        around = values.new_zeros([2 * n + 1 for n in shape])
        around[1::2, 1::2, 1::2, 1::2] = values
        return around[1::2, 1::2, 1::2, 1::2]
    return values


def arguments(operator, exemplar, search, dtype, layout, seed):
    """Make random arguments of an operator; return them and the shape of its result."""
    height, width = search[2] - exemplar[2] + 1, search[3] - exemplar[3] + 1
    channels = search[1] if "depthwise" in operator else 1
    response = (search[0], channels, height, width)
    if operator.endswith("grad_exemplar"):
        shapes, result = (response, search), exemplar
    elif operator.endswith("grad_search"):
        shapes, result = (response, exemplar), search
    else:
        shapes, result = (exemplar, search), response
    first, second = (make(s, dtype, layout, seed + i) for i, s in enumerate(shapes))
    return first, second, result


def exact(operator, first, second, result):
    more = (result[0],) if operator.endswith("grad_exemplar") else ()
    return getattr(cpu, operator)(first, second, *more)


def assert_close(got, operator, first, second):
    """Compare with float64 on the same, rounded arguments; return the relative error."""
    want = exact(operator, first.double(), second.double(), got.shape)
    magnitude = exact(operator, first.double().abs(), second.double().abs(), got.shape)
    error = (got.double() - want).abs()
    allowed = SUM_ERROR[got.dtype] * magnitude + RESULT_ERROR[got.dtype] * want.abs() * 1.01
    allowed += 2**-24  # half of the smallest float16
    assert (error <= allowed).all(), f"largest error {error.max():.3g}"
    return (error.max() / want.abs().max()).item()


@pytest.fixture
def check(emulator, errors):
    def check(operator, exemplar, search, dtype, layout="contiguous", seed=0, **options):
        first, second, result = arguments(operator, exemplar, search, dtype, layout, seed)
        got = emulator.run(operator, first, second, result, **options)
        kernel = emulator.last_kernel
        errors[kernel, dtype].append(assert_close(got, operator, first, second))
        return kernel

    return check


def expected_kernel(operator, dtype, search, layout, code=90):
    """Name the kernel for exemplars of ``SIZES`` and this search, in any layout but sliced."""
    if operator == "xcorr":
        tensor_cores = code >= 80 and dtype in HALF and search[1] % 16 == 0
        fits = layout == "channels_last" or search[3] % 2 == 0
        return "tensor_core_summed" if tensor_cores and fits else "direct_summed"
    return "direct_exemplar_grad" if operator.endswith("grad_exemplar") else "direct_depthwise"


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(("size", "search_size"), SIZES)
@pytest.mark.parametrize("dtype", [torch.float32, *HALF])
@pytest.mark.parametrize("layout", LAYOUTS[:2])
def test_known_trackers(check, operator, size, search_size, dtype, layout):
    channels = 16 if dtype in HALF else 12
    shapes = (2, channels, size, size), (4, channels, search_size, search_size)
    seed = 31 * size + channels
    kernel = check(operator, *shapes, dtype, layout, seed)
    assert kernel == expected_kernel(operator, dtype, shapes[1], layout)


@pytest.mark.parametrize(("channels", "size", "search_size"), [(256, 6, 22), (112, 8, 32)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layout", LAYOUTS[:2])
def test_all_channels(emulator, check, channels, size, search_size, dtype, layout):
    """The operators of SiamFC and of this project's own model, alone and divided over a cluster."""
    shapes = (1, channels, size, size), (2, channels, search_size, search_size)
    for code in (75, 80, 90):
        emulator.set_device(code, multiprocessors=132)
        kernel = check("xcorr", *shapes, dtype, layout, code)
        assert kernel == expected_kernel("xcorr", dtype, shapes[1], layout, code)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("dtype", [*WIDE, *HALF])
def test_any_sizes(emulator, check, operator, dtype):
    """Odd sizes, rectangles, 1 x 1, one column, shared exemplars; all layouts and devices."""
    draw = random.Random(f"{operator} {dtype}")
    for _ in range(12):
        emulator.set_device(draw.choice((75, 80, 86, 90)), draw.choice((1, 4, 132)))
        exemplars = draw.choice((1, 1, 2, 3))
        channels = draw.choice((1, 2, 7, 8, 9, 16, 17, 32))
        size = [draw.choice((1, 2, 3, 4, 5, 6, 7, 8, 9))] * 2
        if draw.random() < 0.3:
            size[draw.randrange(2)] = draw.randint(1, 10)
        search_size = [n + draw.choice((0, 1, 3, 8, 9, 10, 16, 17)) for n in size]
        check(
            operator,
            (exemplars, channels, *size),
            (exemplars * draw.choice((1, 1, 2, 3)), channels, *search_size),
            dtype,
            draw.choice(LAYOUTS),
            draw.randrange(1 << 30),
            misalign=draw.choice((0, 0, 1)),
        )


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("misalign", [0, 1, 2])
def test_layouts_of_fast_kernels(check, operator, layout, misalign):
    """The direct kernels take any strides and any alignment."""
    shapes = (1, 9, 6, 6), (2, 9, 22, 22)
    for dtype in (torch.float32, torch.float16):
        kernel = check(operator, *shapes, dtype, layout, misalign=misalign)
        assert kernel == expected_kernel(operator, dtype, shapes[1], layout)


@pytest.mark.parametrize("channels", [16, 48, 80, 144])
@pytest.mark.parametrize("layout", LAYOUTS[:2])
@pytest.mark.parametrize(("exemplar", "search"), [((3, 7), (17, 24)), ((8, 8), (9, 250))])
def test_tensor_cores(emulator, check, channels, layout, exemplar, search):
    """Rectangles, chunks of channels that are not full, bands of rows that are not full."""
    for code in (80, 90):
        emulator.set_device(code)
        shapes = (1, channels, *exemplar), (1, channels, *search)
        assert check("xcorr", *shapes, torch.float16, layout) == "tensor_core_summed"


def test_tensor_cores_need_alignment(check):
    shapes = (1, 16, 6, 6), (1, 16, 22, 22)
    assert check("xcorr", *shapes, torch.float16, misalign=1) == "direct_summed"
    assert check("xcorr", *shapes, torch.float16, misalign=2) == "tensor_core_summed"
    assert check("xcorr", *shapes, torch.float16, "channels_last", misalign=2) == "direct_summed"


@pytest.mark.parametrize("multiprocessors", [1, 2, 4, 132])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_channels_over_a_cluster(emulator, check, multiprocessors, dtype):
    """Shares of unequal size, and blocks whose share is empty."""
    emulator.set_device(90, multiprocessors)
    for channels in (80, 272):
        check("xcorr", (1, channels, 6, 6), (1, channels, 14, 14), dtype)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_order_of_threads_changes_nothing(emulator, operator, dtype):
    """The same bits in every run. A missing barrier would show in one of the orders."""
    shapes = (1, 32, 6, 6), (2, 32, 22, 22)
    first, second, result = arguments(operator, *shapes, dtype, "contiguous", 5)
    runs = [emulator.run(operator, first, second, result, order=order) for order in ORDERS]
    assert_close(runs[0], operator, first, second)
    for again in runs[1:]:
        assert torch.equal(runs[0], again)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("size", [3, 6])
def test_nan_stays_where_it_belongs(emulator, operator, dtype, size):
    """A NaN in one map reaches no result of another: what it is multiplied by 0 with is NaN too."""
    shapes = (2, 16, size, size), (2, 16, size + 10, size + 10)
    first, second, result = arguments(operator, *shapes, dtype, "contiguous", 6)
    clean = emulator.run(operator, first, second, result)
    first[0, -1], second[0, 3] = float("nan"), float("inf")
    spoiled = emulator.run(operator, first, second, result)
    assert torch.equal(clean[1], spoiled[1])
    if result[1] > 1 and first.shape[1] > 1:
        unspoiled = [channel for channel in range(16) if channel not in (3, 15)]
        assert torch.equal(clean[0, unspoiled], spoiled[0, unspoiled])


@pytest.mark.parametrize("operator", OPERATORS)
def test_empty_batch(emulator, operator):
    shapes = (2, 3, 6, 6), (0, 3, 22, 22)
    for dtype in (torch.float64, torch.float32, torch.float16):
        first, second, result = arguments(operator, *shapes, dtype, "contiguous", 0)
        got = emulator.run(operator, first, second, result)
        assert torch.equal(got, torch.zeros(result, dtype=dtype))
        assert (emulator.last_kernel == "none") == (got.numel() == 0)


def test_failed_launch(emulator):
    first, second, result = arguments(
        "xcorr", (1, 8, 6, 6), (1, 8, 22, 22), torch.float32, "contiguous", 0
    )
    emulator.refuse_launches(True)
    try:
        with pytest.raises(EmulationError, match=r"^cudaErrorInvalidValue: invalid"):
            emulator.run("xcorr", first, second, result)
    finally:
        emulator.refuse_launches(False)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.float64])
def test_emulation_notices_access_out_of_bounds(emulator, dtype):
    """A test of the checks, not of the kernels: the memory for the result is too small."""
    first, second, result = arguments(
        "xcorr_depthwise", (1, 8, 6, 6), (1, 8, 22, 22), dtype, "contiguous", 0
    )
    with pytest.raises(EmulationError, match="out of bounds"):
        emulator.run("xcorr_depthwise", first[:, :4], second, result)


MUTATIONS = (
    # Barriers and waits.
    ("direct_summed.cu", "    __syncthreads();\n    if (own", "    if (own"),
    ("direct_summed.cu", "    }\n    __syncthreads();\n  }", "    }\n  }"),
    ("direct_summed.cu", "    wait_for_copies();\n", ""),
    (
        "direct_depthwise.cu",
        "  __syncthreads();\n\n  float* const responses",
        "\n  float* const responses",
    ),
    ("direct_exemplar_grad.cu", "plan.width);\n    __syncthreads();", "plan.width);"),
    ("tensor_core_summed.cu", "    __syncthreads();\n  }\n  write", "  }\n  write"),
    ("cluster.cuh", "  cluster_barrier();\n  with_type", "  with_type"),
    # Bounds and indices.
    ("direct.cuh", "i < 0 || i >= ROWS", "i < 0 || i >= ROWS - 1"),
    ("stage.cuh", "i < channels * K * K", "i < channels * K * K - 1"),
    ("direct_depthwise.cu", "own.x + j < plan.out_width", "own.x + j <= plan.out_width"),
    ("direct_exemplar_grad.cu", "size - tile_size);", "size);"),
    ("tensor_core_summed.cu", "k + lane / 8 % 2 * 8", "k + lane / 16 % 2 * 8"),
    ("plan.h", "% 16 == 0;", "% 4 == 0;"),
    ("simple.cu", "index >= count", "index > count"),
)


@pytest.mark.exhaustive
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("file", "old", "new"), MUTATIONS)
def test_mutations_are_noticed(compiler, built, tmp_path, file, old, new):
    """These tests notice when a barrier is missing or a bound is off."""
    csrc = tmp_path / "csrc"
    shutil.copytree(CSRC, csrc)
    text = (csrc / file).read_text()
    assert text.count(old) == 1
    (csrc / file).write_text(text.replace(old, new))
    emulator = Emulator(build(compiler, tmp_path, csrc, built.parent))
    emulator.set_device(90)

    def passes(operator, dtype, order):
        shapes = (1, 32, 6, 6), (2, 32, 22, 22)
        first, second, result = arguments(operator, *shapes, dtype, "contiguous", 7)
        misalign = 2 if dtype == torch.float32 else 0
        try:
            got = emulator.run(operator, first, second, result, order=order, misalign=misalign)
            assert_close(got, operator, first, second)
        except (AssertionError, EmulationError):
            return False
        return True

    dtypes = torch.float64, torch.float32, torch.float16
    assert not all(passes(*case) for case in itertools.product(OPERATORS, dtypes, ORDERS))
