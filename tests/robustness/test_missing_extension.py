"""The compiled extension missing, broken or of another machine: the same results without it."""

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tests.robustness.commands import BOX, Done, fork, read_streams, run_main, wait_for_end
from tracker.ops.frame_layout import LAYOUTS

FAKES = {
    "missing": (None, "no compiled extension: looked for"),
    "undefined symbol": ("raise ImportError('undefined symbol: cudaLaunch')", "undefined symbol"),
    "missing library": ("raise OSError('libcudart.so.13: cannot open')", "libcudart.so.13"),
    "driver too old": ("raise RuntimeError('CUDA driver is insufficient')", "insufficient"),
    "of another version": ("CUDA_VERSION = '13.0'", "AttributeError"),
    "of other sources": (
        "CUDA_VERSION, ARCHITECTURES, LAYOUTS = '13.0', '50', {'Settings': 'exemplar_size'}",
        "expected",
    ),
    "no shared object": (b"\x7fELF nonsense", "failed to load with ImportError"),
    "of another machine": (
        f"CUDA_VERSION, ARCHITECTURES, LAYOUTS = '13.0', '50', {LAYOUTS}\n"
        "def device_count(): raise RuntimeError('no kernel image')",
        "built with CUDA 13.0 for compute capabilities 50",
    ),
}


def command_with(package: Path, arguments, folder: Path, streams) -> None:
    """A command whose package folder, as far as ``_C`` is concerned, is another."""
    import tracker.cli.info  # before its folder is another

    sys.modules.pop("tracker._C", None)
    tracker.__path__[:] = [str(package)]
    sys.meta_path[:] = [finder for finder in sys.meta_path if "Editable" not in repr(finder)]
    run_main(arguments, folder, streams)


@pytest.mark.parametrize("case", FAKES)
def test_missing_extension(trials, runner, small_model, patch_video, tmp_path, case):
    content, reason = FAKES[case]
    package = tmp_path / "package"
    package.mkdir()
    if isinstance(content, bytes):
        (package / f"_C{EXTENSION_SUFFIXES[0]}").write_bytes(content)
    elif content:
        (package / "_C.py").write_text(content)
    track = ("track", patch_video, "--box", BOX, "--model", small_model, "--quiet")
    with trials.one(case):
        info = run(package, ["info"], tmp_path)
        info.check_contract(0)
        assert reason in info.out
        assert "torch" in info.out
        expected = runner.run(*track, folder=tmp_path)
        assert run(package, track, tmp_path) == expected


def run(package: Path, arguments, folder: Path) -> Done:
    streams = folder / ".out", folder / ".err"
    process = fork(command_with, package, list(map(str, arguments)), folder, streams)
    wait_for_end(process)
    return read_streams(process.exitcode, streams)
