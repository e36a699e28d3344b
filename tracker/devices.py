"""Choose the device that the network runs on."""

import torch

from tracker.errors import DeviceError


def pick_device(name: str = "auto") -> torch.device:
    """Turn "auto", "cpu", "cuda" or "cuda:N" into a device that exists.

    Raises:
        DeviceError: another name, or a CUDA device that does not exist.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device: torch.device | None = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in ("cpu", "cuda"):
        raise DeviceError(f"expected a device out of auto, cpu, cuda, cuda:N; got {name!r}")
    found = torch.cuda.device_count()
    if device.type == "cuda" and (device.index or 0) >= found:
        raise DeviceError(f"device {name!r} does not exist: PyTorch sees {found} CUDA devices")
    return device
