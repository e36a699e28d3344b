"""What ``TrackingKernels`` passes to the extension: a stand-in records the calls.

What the kernels compute is tested in ``tests/csrc/test_tracking_kernels.py``.
"""

from types import ModuleType

import pytest
import torch

from tracker.errors import ExtensionError
from tracker.ops.frame_kernels import TrackingKernels
from tracker.ops.frame_layout import CANDIDATE_COLUMNS, RESULT_COLUMNS, SETTINGS, TARGET_COLUMNS

STREAM = 7
KNOWN = {
    "search_size": 31,
    "num_scales": 3,
    "response_upsampling": 2,
    "frame_width": 30,
    "frame_height": 20,
}
VALUES = [float(KNOWN.get(name, number)) for number, name in enumerate(SETTINGS)]


class Recorder(ModuleType):
    """Stands in for ``tracker._C`` and keeps the arguments of every call."""

    def __init__(self):
        super().__init__("tracker._C")
        self.calls = []

    def __getattr__(self, name):
        if name not in ("crop", "peak", "decide"):
            raise AttributeError(name)
        return lambda *arguments: self.calls.append((name, *arguments))


@pytest.fixture
def module():
    return Recorder()


@pytest.fixture
def kernels(module):
    return TrackingKernels(module, lambda: STREAM, VALUES)


def channels_last(count, size, dtype=torch.float32):
    return torch.zeros(count, 3, size, size, dtype=dtype).to(memory_format=torch.channels_last)


@pytest.fixture
def tensors():
    """Two objects, right for every kernel."""
    return {
        "frame": torch.zeros(20, 30, 3, dtype=torch.uint8),
        "targets": torch.zeros(2, TARGET_COLUMNS, dtype=torch.float64),
        "crops": channels_last(6, 31),
        "responses": torch.zeros(6, 1, 9, 9),
        "window": torch.zeros(18),
        "candidates": torch.zeros(2, CANDIDATE_COLUMNS, dtype=torch.float64),
        "chosen": torch.zeros(2, dtype=torch.int64),
        "proposals": torch.zeros(2, 4),
        "refined": torch.zeros(2, 4),
        "results": torch.zeros(2, RESULT_COLUMNS, dtype=torch.float64),
    }


ARGUMENTS = {
    "crop": ("frame", "targets", "crops"),
    "peak": ("responses", "window", "targets", "candidates", "chosen", "proposals"),
    "decide": ("candidates", "refined", "targets", "results"),
}


def call(kernels, name, tensors):
    getattr(kernels, name)(*(tensors[each] for each in ARGUMENTS[name]))


def test_addresses_sizes_and_settings_arrive_in_the_order_of_the_header(kernels, module, tensors):
    for name in ARGUMENTS:
        call(kernels, name, tensors)
    at = {name: tensor.data_ptr() for name, tensor in tensors.items()}
    crop = at["frame"], at["targets"], 2, VALUES, "float32", at["crops"]
    peak = at["responses"], 9, at["window"], at["targets"], 2, VALUES
    peak += at["candidates"], at["chosen"], at["proposals"]
    decide = at["candidates"], at["refined"], at["targets"], 2, VALUES, at["results"]
    assert module.calls == [
        ("crop", *crop, STREAM),
        ("peak", *peak, STREAM),
        ("decide", *decide, STREAM),
    ]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_crops_may_have_16_bits(kernels, module, tensors, dtype):
    call(kernels, "crop", tensors | {"crops": channels_last(6, 31, dtype)})
    assert module.calls[0][5] == str(dtype).removeprefix("torch.")


@pytest.mark.parametrize(
    ("kernel", "name"), [(k, n) for k, names in ARGUMENTS.items() for n in names]
)
def test_tensors_of_another_dtype_or_shape_never_reach_a_kernel(
    kernels, module, tensors, kernel, name
):
    right = tensors[name]
    if name != "crops":  # which have one of three dtypes
        with pytest.raises(TypeError, match=f"^expected {name} of {right.dtype}; got torch.int16"):
            call(kernels, kernel, tensors | {name: right.to(torch.int16)})
    larger = torch.zeros([side + 1 for side in right.shape], dtype=right.dtype)
    # The targets say how many objects there are: with others, another tensor does not fit.
    with pytest.raises(ValueError, match=r"^expected \w+ of shape .* without gaps; got \("):
        call(kernels, kernel, tensors | {name: larger})
    assert module.calls == []


def test_tensors_with_gaps_never_reach_a_kernel(kernels, module, tensors):
    gaps = torch.zeros(2, 2 * TARGET_COLUMNS, dtype=torch.float64)[:, ::2]
    with pytest.raises(ValueError, match=r"^expected targets .* with strides \(34, 2\)"):
        call(kernels, "decide", tensors | {"targets": gaps})
    with pytest.raises(ValueError, match=r"^expected crops of shape \(6, 31, 31, 3\)"):
        call(kernels, "crop", tensors | {"crops": torch.zeros(6, 3, 31, 31)})
    assert module.calls == []


def test_a_kernel_that_does_not_start_is_one_sentence(kernels, module, tensors):
    def fail(*_):
        raise RuntimeError("cudaErrorLaunchFailure: unspecified")

    module.decide = fail
    with pytest.raises(ExtensionError, match=r"^expected the kernel decide to start; got cuda"):
        call(kernels, "decide", tensors)


def test_settings_are_as_many_as_there_are_names(module):
    with pytest.raises(ValueError, match="zip"):
        TrackingKernels(module, lambda: STREAM, VALUES[1:])
