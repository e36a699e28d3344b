"""Tracking on a CUDA device: from crop to box in one captured graph."""

from tracker.tracking.cuda.look import MAX_AHEAD, CapturedLook
from tracker.tracking.cuda.runtime import CudaRuntime, DeviceFrame, image_of

__all__ = ["CapturedLook", "CudaRuntime", "DeviceFrame", "image_of", "MAX_AHEAD"]
