"""The lazy loader of the compiled extension ``tracker._C``.

A missing extension is a normal state, not an error: everything works without it. Nothing is
imported until somebody asks, and the answer is kept for the life of the process.
"""

import functools
import importlib
import importlib.util
import shlex
import sys
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import tracker

MODULE = "tracker._C"


@dataclass(frozen=True)
class ExtensionStatus:
    """Whether the compiled extension is usable, and what runs with or without it."""

    available: bool
    """The extension is there and could be imported."""
    reason: str
    """One sentence: where the extension is, or what was looked for, what went wrong, the remedy."""
    path: str | None
    """The file of the extension, broken or not; None if there is none."""
    cuda_version: str | None = None
    """The version of CUDA that the extension was built with, such as ``"13.0"``."""
    architectures: tuple[str, ...] = ()
    """What it was built for: compute capabilities such as ``"75"`` or, with PTX, ``"90+PTX"``."""
    cpu_backend: str = "torch"
    """What correlates CPU tensors: always plain PyTorch."""

    @property
    def cuda_backend(self) -> str:
        """What correlates CUDA tensors: ``"extension"`` or plain ``"torch"``."""
        return "extension" if self.available else "torch"

    def serves(self, capability: tuple[int, int]) -> bool:
        """Whether the extension has code for devices of this compute capability.

        Machine code runs on later devices of the same major version; PTX on all later devices.
        """
        for architecture in self.architectures:
            number, _, ptx = architecture.partition("+")
            major, minor = divmod(int(number), 10)
            if (ptx or major == capability[0]) and (major, minor) <= capability:
                return True
        return False


@functools.cache
def extension_status() -> ExtensionStatus:
    """Try once to load the compiled extension and say how that went; never raises for its sake."""
    # Ask the finder first: importing a name that is not there from a package that is still being
    # imported would be reported as a circular import.
    spec = importlib.util.find_spec(MODULE)
    package = Path(tracker.__path__[0])
    if spec is None:
        expected = package / f"_C{EXTENSION_SUFFIXES[0]}"
        return ExtensionStatus(
            available=False,
            reason=f"no compiled extension: looked for {expected}, as the package was imported "
            f"from {package}; to build it, where nvcc is installed: {remedy()}",
            path=None,
        )
    try:
        module = importlib.import_module(MODULE)
        version, architectures = module.CUDA_VERSION, module.ARCHITECTURES
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        return ExtensionStatus(
            available=False,
            reason=f"the compiled extension {spec.origin} of the package imported from {package} "
            f"failed to load with {type(error).__name__}: {error}; to build it anew: {remedy()}",
            path=spec.origin,
        )
    return ExtensionStatus(
        available=True,
        reason=f"the compiled extension was loaded from {spec.origin}, built with CUDA {version} "
        f"for compute capabilities {architectures}",
        path=spec.origin,
        cuda_version=version,
        architectures=tuple(architectures.split(";")),
    )


def remedy() -> str:
    """The command that builds the extension for this installation."""
    root = Path(tracker.__path__[0]).parent
    command = f"TRACKER_BUILD_CUDA=1 {shlex.quote(sys.executable)} -m pip install --no-deps"
    if (root / "csrc").is_dir():
        return f"{command} --editable {shlex.quote(str(root))}"
    return f"{command} --force-reinstall . (in the folder of the source)"
