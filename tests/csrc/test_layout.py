"""The rows that the emulated kernels read: with the fields that Python writes, in that order."""

import ctypes

from tracker.ops.frame_layout import LAYOUTS, layout_mismatch


def layouts_of(library):
    """The fields of each struct, as the compiled header has them."""
    emulation = ctypes.CDLL(str(library))
    emulation.emulation_layout.restype = ctypes.c_char_p
    texts = [emulation.emulation_layout(index) for index in range(len(LAYOUTS))]
    assert emulation.emulation_layout(len(LAYOUTS)) is None
    return dict(zip(LAYOUTS, (text.decode() for text in texts), strict=True))


def test_the_emulated_kernels_have_the_fields_of_python(built):
    assert layout_mismatch(layouts_of(built)) is None
