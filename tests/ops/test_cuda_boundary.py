"""What ``cuda.py`` hands to the extension: a stand-in records the calls and answers on the CPU."""

import ctypes
import sys
import warnings
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest
import torch

import tracker
from tracker.errors import ExtensionError
from tracker.ops import cpu, cuda
from tracker.ops.frame_layout import LAYOUTS

NAMES = [
    f"{op}{grad}"
    for op in ("xcorr", "xcorr_depthwise")
    for grad in ("", "_grad_exemplar", "_grad_search")
]
STREAM = 7
every_operator = pytest.mark.parametrize("name", NAMES)


class Extension(ModuleType):
    """Takes what ``tracker._C`` takes: reads tensors at their addresses and uses ``cpu.py``."""

    CUDA_VERSION = "13.0"
    ARCHITECTURES = "75;80"
    LAYOUTS = LAYOUTS

    def __init__(self):
        super().__init__("tracker._C")
        self.__spec__ = ModuleSpec("tracker._C", None, origin="/there/_C.so")
        self.calls = []
        self.devices = 1
        for name in NAMES:
            setattr(self, name, lambda *args, name=name: self.compute(name, *args))

    def device_count(self):
        return self.devices

    def compute(self, name, first, second, output, dtype, stream):
        self.calls.append((name, first, second, output, dtype, stream))
        inputs = [at_address(tensor, dtype) for tensor in (first, second)]
        if name.endswith("grad_exemplar"):
            inputs.append(output[1][0])
        at_address(output, dtype).copy_(getattr(cpu, name)(*inputs))


def at_address(tensor, dtype):
    """The tensor (address, sizes, strides), whose memory is that of the caller."""
    address, sizes, strides = tensor
    dtype = getattr(torch, dtype)
    if 0 in sizes:
        return torch.empty(sizes, dtype=dtype)
    count = 1 + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    memory = (ctypes.c_byte * (count * dtype.itemsize)).from_address(address)
    return torch.frombuffer(memory, dtype=dtype).as_strided(sizes, strides)


@pytest.fixture
def extension(monkeypatch, fresh_status):
    module = Extension()
    monkeypatch.setitem(sys.modules, "tracker._C", module)
    monkeypatch.setattr(tracker, "_C", module, raising=False)
    monkeypatch.delenv("TRACKER_REQUIRE_EXTENSION", raising=False)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 6))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "a GPU")
    current = []

    @contextmanager
    def on_device(device):
        current.append(device)
        yield
        current.pop()

    def current_stream(index):
        assert [device.index for device in current] == [index]
        return STREAM

    monkeypatch.setattr(torch.cuda, "device", on_device)
    monkeypatch.setattr(torch._C, "_cuda_getCurrentRawStream", current_stream, raising=False)
    return module


def arguments(name, dtype=torch.float32, batch=(2, 4), layout=torch.contiguous_format):
    generator = torch.Generator().manual_seed(0)
    exemplar = torch.randn(batch[0], 3, 2, 3, generator=generator).to(dtype)
    search = torch.randn(batch[1], 3, 5, 7, generator=generator).to(dtype)
    grad = getattr(cpu, name.split("_grad")[0])(exemplar, search)
    tensors = [t.to(memory_format=layout) for t in (exemplar, search, grad)]
    exemplar, search, grad = tensors
    if name.endswith("_grad_exemplar"):
        return grad, search, batch[0]
    return (grad, exemplar) if name.endswith("_grad_search") else (exemplar, search)


@every_operator
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("dtype", cuda.DTYPES, ids=str)
def test_hands_over_the_tensors_as_they_are(extension, name, dtype, layout):
    args = arguments(name, dtype, layout=layout)
    result = getattr(cuda, name)(*args)
    assert torch.equal(result, getattr(cpu, name)(*args))
    assert result.is_contiguous()
    ((called, *tensors, dtype_name, stream),) = extension.calls
    assert (called, dtype_name, stream) == (name, str(dtype).removeprefix("torch."), STREAM)
    for given, tensor in zip(tensors, (*args[:2], result), strict=True):
        assert given == (tensor.data_ptr(), tensor.shape, tensor.stride())


@every_operator
@pytest.mark.parametrize("batch", [(2, 4), (1, 1), (1, 0), (0, 0)])
def test_sizes_are_those_that_the_compiler_was_told(extension, name, batch):
    args = arguments(name, batch=batch)
    op = getattr(torch.ops.tracker, name).default
    told = op(*(arg.to("meta") if isinstance(arg, torch.Tensor) else arg for arg in args))
    got = op.redispatch(torch._C.DispatchKeySet(torch._C.DispatchKey.CUDA), *args)
    assert len(extension.calls) == 1
    assert (got.shape, got.stride()) == (told.shape, told.stride())


@every_operator
def test_a_failed_launch_is_one_sentence(extension, name):
    def fail(*args):
        raise RuntimeError("cudaErrorLaunchFailure: unspecified launch failure")

    setattr(extension, name, fail)
    message = rf"^expected the kernel of {name} to start on cpu; got cudaErrorLaunchFailure"
    with pytest.raises(ExtensionError, match=message):
        getattr(cuda, name)(*arguments(name))


@every_operator
def test_tensors_that_do_not_belong_together_never_reach_a_kernel(extension, name):
    first, second, *rest = arguments(name)
    with pytest.raises(TypeError, match=r"^expected tensors of one dtype, .*; got torch.float32"):
        getattr(cuda, name)(first, second.double(), *rest)
    with pytest.raises(TypeError, match=r"got torch.int32 and torch.int32$"):
        getattr(cuda, name)(first.int(), second.int(), *rest)
    with pytest.raises(ValueError, match=r"^expected tensors on one device; got cpu and meta$"):
        getattr(cuda, name)(first, second.to("meta"), *rest)
    assert extension.calls == []


def falls_back(message):
    """Both operators warn with ``message``, once in all, and are right."""
    with pytest.warns(RuntimeWarning, match=message) as caught:
        results = [getattr(cuda, name)(*arguments(name)) for name in NAMES]
    assert len(caught) == 1
    for name, result in zip(NAMES, results, strict=True):
        assert torch.equal(result, getattr(cpu, name)(*arguments(name)))


def test_a_device_without_code_for_it(extension, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    message = (
        r"/there/_C.so was built for compute capabilities 75;80, none of which runs on cpu "
        r"\(a GPU, 9.0\); to build it for that: TRACKER_CUDA_ARCHS=90 TRACKER_BUILD_CUDA=1"
    )
    falls_back(message)
    monkeypatch.setenv("TRACKER_REQUIRE_EXTENSION", "1")
    with pytest.raises(ExtensionError, match=message):
        cuda.xcorr(*arguments("xcorr"))
    assert extension.calls == []


def test_a_driver_too_old_for_the_extension(extension, monkeypatch):
    extension.devices = 0
    message = "/there/_C.so finds no device, as the driver does not support CUDA 13.0"
    falls_back(message)
    monkeypatch.setenv("TRACKER_REQUIRE_EXTENSION", "1")
    with pytest.raises(ExtensionError, match=message):
        cuda.xcorr(*arguments("xcorr"))
    assert extension.calls == []


def test_a_device_that_is_served_gives_no_warning(extension, monkeypatch):
    monkeypatch.setenv("TRACKER_REQUIRE_EXTENSION", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cuda.xcorr(*arguments("xcorr"))
    assert len(extension.calls) == 1
