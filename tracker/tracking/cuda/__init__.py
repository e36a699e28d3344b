"""The same frame on a CUDA device: from crop to box in one captured graph."""

from tracker.tracking.cuda.captured_frame import CapturedFrame
from tracker.tracking.cuda.runtime import CudaRuntime

__all__ = ["CapturedFrame", "CudaRuntime"]
