"""The cross-correlation operators, and whether the compiled extension serves them."""

from tracker.ops.extension import extension_status
from tracker.ops.xcorr import xcorr, xcorr_depthwise, xcorr_grad_exemplar

__all__ = ["xcorr", "xcorr_depthwise", "xcorr_grad_exemplar", "extension_status"]
