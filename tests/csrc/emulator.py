"""Build the kernels of csrc/ for the emulated device, and call them with CPU tensors."""

import ctypes
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import Tensor

CSRC = Path(__file__).parents[2] / "csrc"
OPERATORS = (
    "xcorr",
    "xcorr_grad_exemplar",
    "xcorr_grad_search",
    "xcorr_depthwise",
    "xcorr_depthwise_grad_exemplar",
    "xcorr_depthwise_grad_search",
)
TYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
ORDERS = ("forward", "reversed", "shuffled")
# -O1 builds in half the time of -O2, and the kernels are as fast. The sanitizers need no library:
# they end in an illegal instruction, which the emulator turns into an error.
FLAGS = [
    "-std=c++20",
    "-O1",
    "-march=native",
    "-fPIC",
    "-fvisibility=hidden",
    "-fno-strict-aliasing",
    "-U_FORTIFY_SOURCE",
    "-fsanitize=alignment,bounds",
    "-fsanitize-undefined-trap-on-error",
    "-Wall",
    "-Wextra",
    "-Wno-unknown-pragmas",
    "-Wno-unused-parameter",
    "-x",
    "c++",
]


def build(compiler: str, folder: Path, csrc: Path = CSRC, built: Path | None = None) -> Path:
    """Compile every kernel file and the emulated device into one library.

    Args:
        compiler: g++.
        folder: where to write objects and library.
        csrc: folder of the sources.
        built: folder of an earlier build, whose objects are used for sources that have not changed.

    Raises:
        RuntimeError: with the compiler's messages.
    """
    flags = [*FLAGS, f"-I{csrc}", f"-I{csrc / 'emulation' / 'include'}"]

    def compiled(source: Path) -> Path:
        target = folder / f"{source.name}.o"
        _run(compiler, *flags, "-E", "-P", source, "-o", target.with_suffix(".ii"))
        if built and _text(built / target.name) == _text(target):
            return built / target.name
        _run(compiler, *flags, "-c", source, "-o", target)
        return target

    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compiled, [*csrc.glob("*.cu"), *csrc.glob("emulation/*.cpp")]))
    library = folder / "libtracker_emulation.so"
    _run(compiler, "-shared", *objects, "-o", library)
    return library


def _text(target: Path) -> str:
    """Return the preprocessed source of an object."""
    return target.with_suffix(".ii").read_text()


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[-1]} was not built\n{done.stderr}")


class _Map(ctypes.Structure):
    _fields_ = (
        ("data", ctypes.c_void_p),
        ("sizes", ctypes.c_int64 * 4),
        ("strides", ctypes.c_int64 * 4),
    )


class EmulationError(RuntimeError):
    """A launch failed; a RuntimeError, like those that the extension raises."""


class Emulator:
    """The six operators on an emulated device.

    Each argument is copied to memory that ends (or begins) at an inaccessible page, and is NaN
    between the elements of the tensor; the result is filled with NaN before the call.
    """

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self._library.emulation_last_kernel.restype = ctypes.c_char_p
        self._library.emulation_allocate.restype = ctypes.c_void_p
        self._library.emulation_data.restype = ctypes.c_void_p

    def set_device(self, code: int, multiprocessors: int = 4) -> None:
        """Emulate a device of compute capability ``code / 10``."""
        self._library.emulation_set_device(code, multiprocessors)

    def refuse_launches(self, refuses: bool) -> None:
        """Emulate a device on which every launch fails, or stop doing so."""
        self._library.emulation_refuse_launches(int(refuses))

    @property
    def last_kernel(self) -> str:
        """Name of the kernel that the last call has chosen."""
        return self._library.emulation_last_kernel().decode()

    def run(
        self,
        operator: str,
        first: Tensor,
        second: Tensor,
        shape: tuple[int, ...],
        *,
        order: str = "forward",
        misalign: int = 0,
    ) -> Tensor:
        """Run an operator.

        Args:
            operator: one of ``OPERATORS``.
            first: its first argument; strides may not be negative.
            second: its second argument.
            shape: shape of the result.
            order: order in which the threads of a block run, one of ``ORDERS``.
            misalign: distance of the arguments from the end of a page, in elements.

        Raises:
            EmulationError: the launch was refused, or an access or a barrier was wrong.
        """
        self._library.emulation_set_order(ORDERS.index(order))
        result = torch.full(shape, float("nan"), dtype=first.dtype)
        maps, memories = (_Map * 3)(), []
        try:
            for slot, tensor in zip(maps, (first, second, result), strict=True):
                padding = misalign if tensor is not result else 0
                memories.append(self._place(slot, tensor, padding, before=order == "reversed"))
            error = ctypes.create_string_buffer(500)
            number = OPERATORS.index(operator)
            kind = TYPES.index(first.dtype)
            if self._library.emulation_run(number, maps, kind, error, len(error)):
                raise EmulationError(error.value.decode())
            if result.numel():
                bytes_ = result.numel() * result.element_size()
                ctypes.memmove(result.data_ptr(), maps[2].data, bytes_)
        finally:
            for memory in memories:
                self._library.emulation_free(ctypes.c_void_p(memory))
        return result

    def _place(self, slot: _Map, tensor: Tensor, padding: int, *, before: bool) -> int:
        """Copy a tensor to protected memory and describe it in ``slot``."""
        sizes, strides = tensor.shape, tensor.stride()
        span = 1 + sum((n - 1) * s for n, s in zip(sizes, strides, strict=True))
        span = span + padding if tensor.numel() else 0
        image = torch.full((span,), float("nan"), dtype=tensor.dtype)
        start = padding if before else 0
        if span:
            image.as_strided(sizes, strides, start).copy_(tensor)
        size = span * tensor.element_size()
        memory = self._library.emulation_allocate(ctypes.c_size_t(size), int(before))
        data = self._library.emulation_data(ctypes.c_void_p(memory))
        ctypes.memmove(data, image.data_ptr(), size)
        slot.data = data + start * tensor.element_size()
        slot.sizes[:] = sizes
        slot.strides[:] = strides
        return memory
