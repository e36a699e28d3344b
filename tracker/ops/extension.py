"""Load the compiled extension ``tracker._C`` on first use, and report whether that worked.

A missing extension is a normal state, not an error: everything works without it. The extension is
not imported before the first call of ``extension_status``, whose answer is kept from then on.
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
from tracker.ops.frame_layout import layout_mismatch

MODULE = "tracker._C"


@dataclass(frozen=True)
class ExtensionStatus:
    """Whether the compiled extension is usable, and which backend the operators take.

    Attributes:
        available: whether the extension exists, could be imported and fits this package.
        reason: one sentence: where the extension was found; or, if it is not available, where it
            was looked for, what went wrong, and the command that builds it.
        path: the file of the extension, usable or not; None if there is none.
        cuda_version: version of CUDA that the extension was built with, such as ``"13.0"``.
        architectures: what it was built for: compute capabilities such as ``"75"`` or, with PTX,
            ``"90+PTX"``.
        cpu_backend: what correlates CPU tensors: always plain PyTorch, ``"torch"``.
    """

    available: bool
    reason: str
    path: str | None
    cuda_version: str | None = None
    architectures: tuple[str, ...] = ()
    cpu_backend: str = "torch"

    @property
    def cuda_backend(self) -> str:
        """Name what correlates CUDA tensors: ``"extension"`` or plain ``"torch"``."""
        return "extension" if self.available else "torch"

    def serves(self, capability: tuple[int, int]) -> bool:
        """Tell whether the extension has code for devices of this compute capability.

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
    """Load the compiled extension, once, and report the outcome; a failure is not raised."""
    # Ask the finder first: importing a name that does not exist from a package that is still being
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
        mismatch = layout_mismatch(module.LAYOUTS)
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        return ExtensionStatus(
            available=False,
            reason=f"the compiled extension {spec.origin} of the package imported from {package} "
            f"failed to load with {type(error).__name__}: {error}; to build it anew: {remedy()}",
            path=spec.origin,
        )
    if mismatch is not None:
        return ExtensionStatus(
            available=False,
            reason=f"the compiled extension {spec.origin} was built from other sources than those "
            f"of the package imported from {package}: {mismatch}; to build it anew: {remedy()}",
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
    """Return the shell command that builds the extension for this installation."""
    root = Path(tracker.__path__[0]).parent
    command = f"TRACKER_BUILD_CUDA=1 {shlex.quote(sys.executable)} -m pip install --no-deps"
    if (root / "csrc").is_dir():
        return f"{command} --editable {shlex.quote(str(root))}"
    return f"{command} --force-reinstall . (in the folder of the source)"
