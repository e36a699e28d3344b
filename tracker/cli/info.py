"""Describe this installation: ``tracker info``."""

import platform
from importlib.metadata import version
from pathlib import Path

import torch

import tracker
from tracker.models import available_models
from tracker.ops import cuda, extension_status

PACKAGES = ("torch", "numpy", "av", "numba", "safetensors")


def describe() -> str:
    """List versions, devices, models and the state of the compiled extension, a line each."""
    models = available_models()
    lines = {
        "tracker": f"{tracker.__version__} in {Path(tracker.__file__).parent}",
        "python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        **{name: version(name) for name in PACKAGES},
        "opencv": _opencv_version(),
        "devices": ", ".join(_devices()),
        "models": ", ".join(
            name if there else f"{name} (no weights yet)" for name, there in models.items()
        ),
        "extension": "; ".join(_extension()),
    }
    width = max(map(len, lines))
    return "\n".join(f"{name:{width}}  {text}" for name, text in lines.items())


def _opencv_version() -> str:
    """Return the version of OpenCV, whichever of its packages is installed."""
    import cv2

    return cv2.__version__


def _devices() -> list[str]:
    """List the devices that the network can run on."""
    names = [f"cpu ({torch.get_num_threads()} threads)"]
    for index in range(torch.cuda.device_count()):
        names.append(f"cuda:{index} ({torch.cuda.get_device_name(index)})")
    return names


def _extension() -> list[str]:
    """Describe the extension, and why it cannot be used on some of the devices."""
    status = extension_status()
    devices = [torch.device("cuda", index) for index in range(torch.cuda.device_count())]
    problems = [cuda.unavailable_reason(device) for device in devices] if status.available else []
    return [status.reason, *filter(None, problems)]
