"""The choice of a device, on machines with and without CUDA devices."""

import pytest
import torch

from tracker.devices import pick_device
from tracker.errors import DeviceError


@pytest.fixture(params=[0, 2])
def devices(request, monkeypatch):
    """The number of CUDA devices that PyTorch reports."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: request.param)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param > 0)
    return request.param


def test_auto_takes_a_gpu_if_there_is_one(devices):
    assert pick_device() == pick_device("auto") == torch.device("cuda" if devices else "cpu")


def test_the_cpu_is_always_there(devices):
    assert pick_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:1"])
def test_devices_that_exist(devices, name):
    if devices:
        assert pick_device(name) == torch.device(name)
    else:
        message = f"^device '{name}' does not exist: PyTorch sees 0 CUDA devices$"
        with pytest.raises(DeviceError, match=message):
            pick_device(name)


def test_one_more_than_there_are(devices):
    message = f"^device 'cuda:{devices}' does not exist: PyTorch sees {devices} CUDA devices$"
    with pytest.raises(DeviceError, match=message):
        pick_device(f"cuda:{devices}")


@pytest.mark.parametrize("name", ["", "gpu", "cuda:", "cuda:x", "cuda:-1", "mps", "meta", "xpu:0"])
def test_other_names_are_refused(devices, name):
    message = "^expected a device out of auto, cpu, cuda, cuda:N; got "
    with pytest.raises(DeviceError, match=message) as caught:
        pick_device(name)
    assert str(caught.value).endswith(repr(name))
