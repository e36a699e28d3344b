"""Results to write, and writers that are killed or run out of disk space."""

import subprocess
import sys

from tracker.formats import open_writer
from tracker.result import TrackResult

RESULTS = [
    TrackResult(0, 0.0, 1, (10.0, 20.0, 30.0, 40.0), 1.0, "tracking"),
    TrackResult(1, 1 / 30, 1, (10.123456, -2.5, 30.25, 40.0), 0.51239, "uncertain"),
    TrackResult(5, None, 1, (0.0, 0.0, 1.0, 1e4), 0.0, "lost"),
]


def write_results(kind, path, results=RESULTS, **options):
    """Write results to a file and return its text."""
    with open_writer(kind, path, **options) as writer:
        for result in results:
            writer.write(result)
    return path.read_text()


CHILD = """
import os, resource, signal, sys
from tracker.result import TrackResult
from tracker.formats.writers import open_writer
from tracker.errors import OutputError
kind, path, fault = sys.argv[1:]
if fault == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
writer = open_writer(kind, path, overwrite=True)
for i in range(1000):
    try:
        writer.write(TrackResult(i, i / 25, 1, (i, 2.0, 3.0, 4.0), 0.5, "tracking"))
    except OutputError as error:
        print(error)
        sys.exit(4)
    print(i, flush=True)
    if fault == "kill" and i == 123:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def run_child(*arguments):
    """Run ``CHILD`` with a format, a path and a fault: "kill" or "full"."""
    return subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
