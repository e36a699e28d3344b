"""The lazy loader of the compiled extension ``tracker._C``.

A missing extension is a normal state, not an error: everything works without it. Nothing is
imported until somebody asks, and the answer is kept for the life of the process.
"""

import functools
import importlib
import importlib.util
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import tracker

MODULE = "tracker._C"
REMEDY = "this version brings no CUDA kernels to build, and everything runs without them"


@dataclass(frozen=True)
class ExtensionStatus:
    """Whether the compiled extension is usable, and what runs with or without it."""

    available: bool
    """The extension is there and could be imported."""
    reason: str
    """One sentence: where the extension is, or what was looked for, what went wrong, the remedy."""
    path: str | None
    """The file of the extension, broken or not; None if there is none."""
    cpu_backend: str = "torch"
    """What correlates CPU tensors: always plain PyTorch."""

    @property
    def cuda_backend(self) -> str:
        """What correlates CUDA tensors: ``"extension"`` or plain ``"torch"``."""
        return "extension" if self.available else "torch"


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
            f"from {package}; {REMEDY}",
            path=None,
        )
    try:
        importlib.import_module(MODULE)
    except (ImportError, OSError, RuntimeError) as error:
        return ExtensionStatus(
            available=False,
            reason=f"the compiled extension {spec.origin} of the package imported from {package} "
            f"failed to load with {type(error).__name__}: {error}; {REMEDY}",
            path=spec.origin,
        )
    return ExtensionStatus(
        available=True,
        reason=f"the compiled extension was loaded from {spec.origin}",
        path=spec.origin,
    )
