"""Tracking on a CUDA device: from crop to box in one captured graph."""

from tracker.cuda.look import MAX_AHEAD, CapturedLook
from tracker.cuda.runtime import CudaRuntime, Resident, image_of

__all__ = ["CapturedLook", "CudaRuntime", "Resident", "image_of", "MAX_AHEAD"]
