"""How threads wait for each other."""

import os


def spin_briefly() -> None:
    """Let OpenMP's threads spin for some microseconds before they sleep; call before PyTorch loads.

    Decoding, tracking and encoding share the cores. Threads that spin as long as they like, the
    default, take the core from the others, and a busy machine then tracks several times slower;
    threads that sleep at once wake up too late for the network's many short layers.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "20000")
