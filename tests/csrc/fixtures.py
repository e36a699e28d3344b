"""Fixtures for whatever runs on an emulated device: its compiled kernels, and a GPU."""

import shutil

import pytest
import torch

from tests.csrc.emulated_runtime import EmulatedGpu, RealGpu
from tests.csrc.emulator import build


@pytest.fixture(scope="session")
def compiler():
    found = shutil.which("g++")
    if not found:
        pytest.skip(
            "the emulation of the CUDA kernels is compiled with g++, which is not installed"
        )
    return found


@pytest.fixture(scope="session")
def built(compiler, tmp_path_factory):
    return build(compiler, tmp_path_factory.mktemp("emulation"))


@pytest.fixture(params=["emulated", pytest.param("cuda", marks=pytest.mark.cuda)])
def gpu(request, monkeypatch):
    """A GPU that is emulated, and a real one where there is one."""
    if request.param == "emulated":
        return EmulatedGpu(request.getfixturevalue("built"))
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    monkeypatch.setenv("TRACKER_REQUIRE_EXTENSION", "1")  # a fallback is an error
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    return RealGpu()
