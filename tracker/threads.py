"""Set how the threads of PyTorch wait for each other."""

import os


def spin_briefly() -> None:
    """Let idle OpenMP threads spin for some microseconds before they sleep.

    Must be called before PyTorch is imported; a user's ``OMP_WAIT_POLICY`` or ``GOMP_SPINCOUNT``
    is kept.

    Decoding, tracking and encoding share the cores. By default an idle thread spins for long and
    takes the core from others, so that a busy machine tracks several times slower. Threads that
    sleep at once wake up too late for the network's many short layers.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "20000")
