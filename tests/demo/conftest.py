"""The demo as its visitors meet it: a server of its own, and a browser where there is one."""

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tracker_demo.models import DemoModels

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@dataclass
class Served:
    """A running demo: where it is, where its files go, and its process."""

    address: str
    folder: Path
    process: subprocess.Popen

    def files(self) -> list[Path]:
        """Those that are there; folders may vanish meanwhile."""
        return [Path(top, name) for top, _, names in os.walk(self.folder) for name in names]

    def resident_bytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status)[1])


@pytest.fixture(scope="session")
def models() -> DemoModels:
    """The models on the CPU, each loaded once for all tests."""
    return DemoModels("cpu")


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """Start demos as the command line does; all are ended after the tests."""
    pytest.importorskip("gradio", reason="gradio is not installed: pip install '.[demo]'")
    running = []

    def start(limits: str = "") -> Served:
        folder = tmp_path_factory.mktemp("served")
        with folder.with_suffix(".log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tracker", "demo", "--port", "0", "--limits", limits],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # one thread: the browser needs the other core, and threads wait long for a busy one
                env=os.environ | {"TMPDIR": str(folder), "OMP_NUM_THREADS": "1"},
            )
        line = process.stdout.readline()
        address = re.search(r"http://\S+/", line)
        assert address, (line, folder.with_suffix(".log").read_text())
        running.append(Served(address[0], folder, process))
        return running[-1]

    yield start
    for served in running:
        if served.process.poll() is None:
            served.process.send_signal(signal.SIGINT)
            served.process.wait(timeout=30)


@pytest.fixture(scope="session")
def served(serve) -> Served:
    """A demo with the default limits, shared by the tests."""
    return serve()


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium without a window.

    Of one module only: while its driver is there, an event loop runs in this thread.
    """
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()
