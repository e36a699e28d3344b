"""Describe the machine that a benchmark runs on, and the memory that this process uses."""

import os
import platform
import resource
from pathlib import Path

import torch


def cpu_name() -> str:
    """Return the processor's name, from Linux if possible."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def describe_machine() -> dict[str, str | int | None]:
    """Return what timings depend on: processor, GPU and versions."""
    about: dict[str, str | int | None] = {
        "cpu": cpu_name(),
        "cpu capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "system": platform.system(),
    }
    if torch.cuda.is_available():
        about |= {
            "gpu": torch.cuda.get_device_name(),
            "CUDA of torch": torch.version.cuda,
            "cuDNN": torch.backends.cudnn.version(),
        }
    return about


def peak_memory_mib() -> float:
    """Return the largest resident memory of this process so far, MiB (on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_memory_mib() -> float:
    """Return the resident memory of this process now, MiB (on Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
