"""Every CUDA kernel compiles for every architecture and keeps its values in registers."""

import re
import shutil
import subprocess

import pytest

from tests.csrc.emulator import CSRC

SOURCES = sorted(path.name for path in CSRC.glob("*.cu"))
FIRST_AND_USUAL = ("75", "90")
OTHERS = ("80", "86", "89", "100", "120")


@pytest.mark.parametrize(
    "architectures", [FIRST_AND_USUAL, pytest.param(OTHERS, marks=pytest.mark.exhaustive)]
)
@pytest.mark.parametrize("source", SOURCES)
def test_no_spills(source, architectures, tmp_path):
    nvcc = shutil.which("nvcc")
    if not nvcc:
        pytest.skip("the CUDA kernels are compiled with nvcc, which is not on the PATH")
    options = ["-std=c++17", "-O3", "--threads=2", "-Xptxas=-v"]
    options += [f"-gencode=arch=compute_{name},code=sm_{name}" for name in architectures]
    command = [nvcc, *options, "-c", CSRC / source, "-o", tmp_path / "kernels.o"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    kernels = re.findall(r"Compiling entry function '\w+' for '(\w+)'", done.stderr)
    spills = re.findall(r"(\d+) bytes spill stores, (\d+) bytes spill loads", done.stderr)
    assert len(kernels) <= len(spills)  # those of called functions, such as pow, are among them
    if "__global__" in (CSRC / source).read_text():
        assert set(kernels) == {f"sm_{name}" for name in architectures}
    assert set(spills) <= {("0", "0")}, done.stderr
