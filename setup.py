"""Build the CUDA extension ``tracker._C``; pyproject.toml declares the rest of the package.

nvcc compiles and links everything, the binding through its host compiler: nvcc finds its own
toolkit, even if it is a wrapper script. The build does not use PyTorch, so that it works with every
version of PyTorch. Environment variables:

``TRACKER_BUILD_CUDA``
    ``auto`` (default): build the extension if there is an nvcc, and continue without it if there
    is none or the build fails; ``1``: build it or fail; ``0``: do not build it.
``TRACKER_CUDA_ARCHS``
    Compute capabilities, such as ``75;80;90+PTX``; ``+PTX`` adds code that the drivers of later
    devices can compile. Default: those of ``ARCHITECTURES`` that this nvcc supports.
``CUDACXX``, ``CUDA_HOME``
    Location of nvcc, if it is not on the ``PATH``.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

SOURCES = Path("csrc")
OBJECTS = Path("build", "cuda")  # kept between builds, unlike pip's temporary folders
ARCHITECTURES = ("75", "80", "86", "89", "90", "100", "120")
# PTX of 80 serves later devices that have no code of their own in the list; that of the last one,
# devices that come after it.
WITH_PTX = ("80", ARCHITECTURES[-1])


class BuildError(Exception):
    """The extension cannot be built: the reason in one line, and the compiler's output."""

    def __init__(self, reason: str, output: str = "") -> None:
        super().__init__(reason)
        self.output = output


def build_mode(environ: Mapping[str, str]) -> str:
    """Read ``TRACKER_BUILD_CUDA``: ``"auto"``, ``"0"`` or ``"1"``."""
    mode = environ.get("TRACKER_BUILD_CUDA") or "auto"
    if mode not in ("auto", "0", "1"):
        raise SystemExit(f"expected TRACKER_BUILD_CUDA as auto, 0 or 1; got {mode!r}")
    return mode


def find_nvcc(environ: Mapping[str, str]) -> str:
    """Find nvcc: named by ``CUDACXX``, in ``CUDA_HOME``, or on the ``PATH``, in this order."""
    named = environ.get("CUDACXX")
    if not named and environ.get("CUDA_HOME"):
        named = str(Path(environ["CUDA_HOME"], "bin", "nvcc"))
    found = shutil.which(named or "nvcc", path=environ.get("PATH"))
    if found is None:
        where = f"at {named}" if named else "on the PATH nor through CUDACXX or CUDA_HOME"
        raise BuildError(f"found no nvcc {where}")
    return found


def architectures(environ: Mapping[str, str], known: set[str]) -> list[str]:
    """Choose the architectures to compile for, each as ``75`` or ``80+PTX``.

    Args:
        environ: may name them in ``TRACKER_CUDA_ARCHS``.
        known: architectures that nvcc supports.
    """
    chosen = environ.get("TRACKER_CUDA_ARCHS", "").split(";")
    if chosen == [""]:
        mine = [arch for arch in ARCHITECTURES if arch in known]
        if not mine:
            raise BuildError(f"this nvcc can compile for none of {', '.join(ARCHITECTURES)}")
        return [f"{arch}+PTX" if arch in (*WITH_PTX, mine[-1]) else arch for arch in mine]
    for arch in chosen:
        if not re.fullmatch(r"\d{2,3}(\+PTX)?", arch):
            raise SystemExit(f"expected TRACKER_CUDA_ARCHS as in 75;80;90+PTX; got {arch!r}")
        if arch.removesuffix("+PTX") not in known:
            raise BuildError(
                f"expected TRACKER_CUDA_ARCHS of {', '.join(sorted(known, key=int))}, "
                f"which this nvcc can compile for; got {arch!r}"
            )
    return chosen


def gencode(archs: list[str]) -> list[str]:
    """Return the options of nvcc for some architectures."""
    options = []
    for arch in archs:
        number = arch.removesuffix("+PTX")
        kinds = ("sm", "compute") if arch != number else ("sm",)
        options += [f"-gencode=arch=compute_{number},code={kind}_{number}" for kind in kinds]
    return options


def run(command: list[str]) -> str:
    """Run a compiler and return its output; a failure raises BuildError with it."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except OSError as error:
        raise BuildError(f"{command[0]} does not run: {error}") from error
    if done.returncode != 0:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        lines.append(f"exit code {done.returncode}")
        reason = next((line for line in lines if "error" in line.lower()), lines[0])
        raise BuildError(f"{command[0]} failed: {reason}", f"{shlex.join(command)}\n{done.stdout}")
    return done.stdout


def compile_source(command: list[str], versions: str, source: Path) -> Path:
    """Compile a source file, unless its object exists for the same options, headers and versions.

    Args:
        command: compiler and options.
        versions: of the compiler and of all that it includes.
        source: the file.

    Returns:
        The object file.
    """
    inputs = [source, *sorted(SOURCES.glob("*.h")), *sorted(SOURCES.glob("*.cuh"))]
    # Include folders are left out: pip builds in a new one each time.
    options = [option for option in command if not option.startswith("-I")]
    digest = hashlib.sha256(repr((options, versions)).encode())
    for path in inputs:
        digest.update(path.read_bytes())
    made = OBJECTS / f"{source.name}.{digest.hexdigest()[:16]}.o"
    if not made.exists():
        OBJECTS.mkdir(parents=True, exist_ok=True)
        for outdated in OBJECTS.glob(f"{source.name}.*"):
            outdated.unlink()
        run([*command, "-c", str(source), "-o", f"{made}.part"])
        made.with_name(f"{made.name}.part").rename(made)
    return made


def build(nvcc: str, target: Path, environ: Mapping[str, str]) -> str:
    """Build the extension as the file ``target``; return a line that describes the build."""
    try:
        import pybind11
    except ImportError as error:
        raise BuildError(f"building needs pybind11: {error}") from error

    start = time.monotonic()
    versions = run([nvcc, "--version"]) + pybind11.__version__ + sys.version
    known = set(re.findall(r"\bsm_(\d+)\b", run([nvcc, "--list-gpu-code"])))
    archs = architectures(environ, known)
    base = [nvcc, "-std=c++17", "-O3", "-Xcompiler=-fPIC,-fvisibility=hidden"]
    kernels = [*base, "--threads=0", *gencode(archs)]
    binding = [*base, f"-I{sysconfig.get_path('include')}", f"-I{pybind11.get_include()}"]
    binding.append(f'-DTRACKER_ARCHITECTURES="{";".join(archs)}"')
    commands = dict.fromkeys(sorted(SOURCES.glob("*.cu")), kernels)
    commands[SOURCES / "bindings.cpp"] = binding
    objects = [compile_source(command, versions, source) for source, command in commands.items()]
    link = [nvcc, "-shared", "-cudart=static", "-Xlinker=--exclude-libs=ALL,--strip-all"]
    target.parent.mkdir(parents=True, exist_ok=True)
    run([*link, *map(str, objects), "-o", str(target)])
    took = time.monotonic() - start
    size = target.stat().st_size // 1024
    return f"built by {nvcc} for {';'.join(archs)} ({size} KiB, {took:.0f} s)"


class BuildCuda(build_ext):
    """Builds the extension, or prints why not."""

    def run(self) -> None:
        self._remove_earlier()
        super().run()

    def build_extension(self, ext: Extension) -> None:
        self._remove_earlier()
        mode = build_mode(os.environ)
        target = Path(self.get_ext_fullpath(ext.name))
        try:
            if mode == "0":
                raise BuildError("TRACKER_BUILD_CUDA=0")
            line = build(find_nvcc(os.environ), target, os.environ)
        except BuildError as error:
            if mode == "1":
                sys.exit(f"{error.output}{ext.name}: {error}, and TRACKER_BUILD_CUDA=1")
            line = f"not built, the operators run as plain PyTorch: {error}"
            self.distribution.ext_modules = []
        print(f"{ext.name}: {line}")

    def _remove_earlier(self) -> None:
        """Remove the extension of an earlier build, which could be taken for this build's."""
        for ext in self.extensions:
            Path(self.get_ext_fullpath(ext.name)).unlink(missing_ok=True)


class Wheel(bdist_wheel):
    """Tags the wheel for any platform if it contains no compiled file."""

    def run(self) -> None:
        self.run_command("build")
        self.skip_build = True
        self.root_is_pure = not self.distribution.has_ext_modules()
        super().run()


if __name__ == "__main__":
    os.chdir(Path(__file__).parent)
    build_mode(os.environ)
    extension = Extension("tracker._C", ["csrc/bindings.cpp"], optional=True)
    setup(
        packages=[*find_packages(include=["tracker", "tracker.*"]), "tracker_demo"],
        package_dir={"tracker_demo": "demo"},
        ext_modules=[extension],
        cmdclass={"build_ext": BuildCuda, "bdist_wheel": Wheel},
    )
