"""Cross-correlation operators, and which of their implementations runs here."""

from tracker.ops.extension import extension_status
from tracker.ops.xcorr import xcorr, xcorr_depthwise

__all__ = ["xcorr", "xcorr_depthwise", "extension_status"]
