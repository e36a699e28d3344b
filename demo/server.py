"""Serve the page of the demo over HTTP."""

import ctypes
import gc
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware

from tracker.errors import OutputError
from tracker.synthetic.sample import write_sample
from tracker_demo.guard import Guard
from tracker_demo.limits import Limits
from tracker_demo.models import DemoModels
from tracker_demo.visitors import Visitors

M_ARENA_MAX = -8  # from malloc.h
SWEEP_S = 3.0  # how often visitors who left are removed


class Server:
    """The demo at one address; all its files are in one temporary folder.

    Args:
        limits: the limits on what visitors may ask for.
        device: as in ``tracker.Tracker``.

    Attributes:
        visitors: the visitors and their sessions.

    Raises:
        DeviceError: the device does not exist.
    """

    def __init__(self, limits: Limits, device: str = "auto") -> None:
        models = DemoModels(device)
        self._limits = limits
        self._folder = Path(tempfile.mkdtemp(prefix="tracker-demo-"))
        os.environ["GRADIO_TEMP_DIR"] = str(self._folder)  # Gradio reads it while the page is built
        os.environ.setdefault("GRADIO_HEARTBEAT_INTERVAL", "5")  # seconds to notice a closed page
        from tracker_demo.app import CSS, Page, theme

        self.visitors = Visitors(self._folder, models, limits)
        self._sample = threading.Lock()
        self._closing = threading.Event()
        self._blocks = Page(self.visitors, models, limits, self._sample_clip).blocks
        self._look = {"theme": theme(), "css": CSS}

    def start(self, host: str, port: int) -> str:
        """Serve in background threads and return the address of the page.

        Args:
            host: the address to listen on.
            port: the port to listen on; 0 takes any free one.

        Raises:
            OutputError: the port is taken.
        """
        full = self._limits.visitors * self._limits.megabytes * 1_000_000
        guard = Middleware(Guard, folder=self._folder, max_bytes=full, on_leave=self.visitors.leave)
        self._blocks.queue(
            max_size=self._limits.waiting, default_concurrency_limit=2, api_open=False
        )
        try:
            app, address, _ = self._blocks.launch(
                server_name=host,
                server_port=port or _free_port(host),
                state_session_capacity=self._limits.visitors,
                max_file_size=self._limits.megabytes * 1_000_000,
                app_kwargs={"middleware": [guard]},
                footer_links=[],
                prevent_thread_lock=True,
                quiet=True,
                share=False,
                show_error=False,
                ssr_mode=False,
                run_history=False,
                enable_monitoring=False,
                **self._look,
            )
        except OSError as error:
            raise OutputError(f"expected a free port to serve on; got {host}:{port}") from error
        states = app.state_holder.session_data  # Gradio itself keeps a visitor's state for an hour
        threading.Thread(target=self._sweep, args=[states], name="sweep", daemon=True).start()
        return address

    def close(self) -> None:
        """Stop serving and remove every file."""
        self._closing.set()
        self.visitors.close()
        self._blocks.close(verbose=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _sweep(self, states: MutableMapping[str, Any]) -> None:
        """Remove visitors who left, and Gradio's state of them, until the server closes."""
        while not self._closing.wait(SWEEP_S):
            gone = self.visitors.sweep()
            for key in gone:
                states.pop(key, None)
            if gone:
                _give_memory_back()

    def _sample_clip(self) -> Path:
        """Return the sample clip; it is made on the first call."""
        path = self._folder / "sample" / "clip.mp4"
        with self._sample:
            if not path.exists():
                write_sample(path.parent)
        return path


def serve(host: str, port: int, limits: str, device: str) -> None:
    """Serve the page until interrupted; ``tracker demo`` calls this.

    Args:
        host, port: as in ``Server.start``.
        limits: text for ``Limits.parse``.
        device: as in ``tracker.Tracker``.

    Raises:
        LimitsError, DeviceError, OutputError: the options cannot be used.
    """
    _let_threads_share_memory()
    server = Server(Limits.parse(limits), device)
    try:
        print(f"The demo is at {server.start(host, port)} (Ctrl-C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not stop this
        server.close()


def _let_threads_share_memory() -> None:
    """Limit glibc to two heaps: with one heap per thread it returns little memory to the system."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _give_memory_back() -> None:
    """Return the memory of removed visitors to the system.

    Python would collect reference cycles late, and glibc keeps memory that threads have freed.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def _free_port(host: str) -> int:
    """Return a port that is free on ``host``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
