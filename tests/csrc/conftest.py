"""The kernels of csrc/, compiled once for the emulated device."""

import shutil

import pytest
from emulator import build


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
