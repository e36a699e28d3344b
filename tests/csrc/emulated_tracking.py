"""The kernels of csrc/tracking.h on the emulated device, called as those of the extension are."""

import ctypes
from pathlib import Path

from tests.csrc.emulator import ORDERS, TYPES, EmulationError
from tracker.ops.cuda import DTYPES
from tracker.ops.frame_layout import CANDIDATE_COLUMNS, RESULT_COLUMNS, SETTINGS, TARGET_COLUMNS

TYPE_NUMBERS = {DTYPES[dtype]: number for number, dtype in enumerate(TYPES)}
ELEMENT_BYTES = {DTYPES[dtype]: dtype.itemsize for dtype in TYPES}
DOUBLE, FLOAT, INT64 = 8, 4, 8


class EmulatedModule:
    """Stands in for ``tracker._C``: addresses of CPU tensors in, kernels on the emulated device.

    Each tensor is copied to memory that ends (or begins) at an inaccessible page; results are NaN
    before.

    Attributes:
        order: in which the threads of a block take turns, one of ``ORDERS``.
        calls: names of the kernels that have run.
    """

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self._library.emulation_allocate.restype = ctypes.c_void_p
        self._library.emulation_data.restype = ctypes.c_void_p
        self.order, self.calls = "forward", []

    def refuse_launches(self, refuses: bool) -> None:
        """Be a device on which every launch fails."""
        self._library.emulation_refuse_launches(int(refuses))

    def crop(self, frame, targets, objects, settings, dtype, crops, stream):
        known = dict(zip(SETTINGS, settings, strict=True))
        pixels = int(objects * known["num_scales"] * known["search_size"] ** 2)
        with _Call(self, settings) as call:
            call.run(
                "crop",
                call.read(frame, int(3 * known["frame_width"] * known["frame_height"])),
                call.read(targets, DOUBLE * TARGET_COLUMNS * objects),
                ctypes.c_int(objects),
                call.settings,
                ctypes.c_int(TYPE_NUMBERS[dtype]),
                call.write(crops, 3 * ELEMENT_BYTES[dtype] * pixels),
            )

    def peak(
        self,
        responses,
        size,
        window,
        targets,
        objects,
        settings,
        candidates,
        chosen,
        proposals,
        stream,
    ):
        known = dict(zip(SETTINGS, settings, strict=True))
        with _Call(self, settings) as call:
            call.run(
                "peak",
                call.read(responses, int(FLOAT * objects * known["num_scales"] * size**2)),
                ctypes.c_int(size),
                call.read(window, int(FLOAT * size * known["response_upsampling"])),
                call.read(targets, DOUBLE * TARGET_COLUMNS * objects),
                ctypes.c_int(objects),
                call.settings,
                call.write(candidates, DOUBLE * CANDIDATE_COLUMNS * objects),
                call.write(chosen, INT64 * objects),
                call.write(proposals, FLOAT * 4 * objects),
            )

    def decide(self, candidates, refined, targets, objects, settings, results, stream):
        with _Call(self, settings) as call:
            call.run(
                "decide",
                call.read(candidates, DOUBLE * CANDIDATE_COLUMNS * objects),
                call.read(refined, FLOAT * 4 * objects),
                call.update(targets, DOUBLE * TARGET_COLUMNS * objects),
                ctypes.c_int(objects),
                call.settings,
                call.write(results, DOUBLE * RESULT_COLUMNS * objects),
            )


class _Call:
    """Guarded memory for one call; what it has written is copied back."""

    def __init__(self, module: EmulatedModule, settings: list[float]) -> None:
        self._module, self._library = module, module._library
        self.settings = (ctypes.c_double * len(settings))(*settings)
        self._memories, self._outputs = [], []

    def __enter__(self) -> "_Call":
        return self

    def __exit__(self, *_) -> None:
        for memory in self._memories:
            self._library.emulation_free(ctypes.c_void_p(memory))

    def read(self, address: int, size: int) -> ctypes.c_void_p:
        data = self._allocate(size)
        ctypes.memmove(data, address, size)
        return data

    def write(self, address: int, size: int) -> ctypes.c_void_p:
        data = self._allocate(size)
        self._outputs.append((address, data, size))
        return data

    def update(self, address: int, size: int) -> ctypes.c_void_p:
        data = self.write(address, size)
        ctypes.memmove(data, address, size)
        return data

    def run(self, name: str, *arguments: object) -> None:
        self._library.emulation_set_order(ORDERS.index(self._module.order))
        error = ctypes.create_string_buffer(500)
        kernel = getattr(self._library, f"emulation_{name}")
        if kernel(*arguments, error, len(error)):
            raise EmulationError(error.value.decode())
        for address, data, size in self._outputs:
            ctypes.memmove(address, data, size)
        self._module.calls.append(name)

    def _allocate(self, size: int) -> ctypes.c_void_p:
        before = self._module.order == "reversed"
        memory = self._library.emulation_allocate(ctypes.c_size_t(size), int(before))
        self._memories.append(memory)
        return ctypes.c_void_p(self._library.emulation_data(ctypes.c_void_p(memory)))
