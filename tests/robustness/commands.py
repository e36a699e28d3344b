"""``tracker`` commands in child processes, forked from one that has loaded PyTorch already.

A fork takes milliseconds where a new interpreter takes seconds, so that faults can be made by the
hundred. Signals, limits and streams of each child are its own.
"""

import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

from tracker.cli.main import main

HANG_S = 20
"""A command has hung that takes so many seconds of processor time, or ten times that by the clock,
for a clip of a few seconds. On a busy machine the clock alone says nothing."""

BOX = "40,50,44,36"
"""The moving patch in frame 0."""

_context = multiprocessing.get_context("forkserver")


def fork(target, *arguments) -> multiprocessing.Process:
    _context.set_forkserver_preload(["tracker.cli.track", "tracker.models"])
    threads = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"  # several commands share the cores
    try:
        forkserver.ensure_running()
    finally:
        os.environ.pop("OMP_NUM_THREADS")
        if threads:
            os.environ["OMP_NUM_THREADS"] = threads
    process = _context.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    def check_contract(self, *codes: int) -> None:
        """The exit code is one of ``codes``, and an error is one sentence."""
        assert self.code in codes, f"exit code {self.code}: {self.err}"
        lines = self.err.splitlines()
        assert len(lines) == (0 if self.code == 0 else 1), self.err
        assert all(line.startswith("tracker") for line in lines), self.err


class Command:
    """One ``tracker`` command in a process of its own.

    Args:
        arguments: the command line.
        folder: where the command runs; its standard output and error go to files in it.
        file_limit: largest file that it may write, in bytes.
        settings: module constants to change first, such as {"tracker.video.stream.TIMEOUT_S": 1}.
        threads: of PyTorch.
    """

    def __init__(
        self,
        *arguments: object,
        folder: Path,
        file_limit: int | None = None,
        settings: dict[str, object] | None = None,
        threads: int = 1,
    ) -> None:
        self._streams = folder / ".out", folder / ".err"
        self._process = fork(
            _run_once,
            list(map(str, arguments)),
            folder,
            self._streams,
            file_limit,
            settings or {},
            threads,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_alive()

    def send_signal(self, number: int) -> None:
        if self._process.is_alive():
            os.kill(self._process.pid, number)

    def wait(self) -> Done:
        """Wait for the end.

        Raises:
            AssertionError: it has hung; the process is ended.
        """
        wait_for_end(self._process)
        return read_streams(self._process.exitcode, self._streams)


class Runner:
    """A child process that runs one command after the other; a context manager.

    A child that dies or hangs is replaced: it costs the command that did it, no other.
    """

    def __init__(self, folder: Path) -> None:
        self._streams = folder / "out", folder / "err"
        self._process: multiprocessing.Process | None = None
        self._connection: Connection | None = None

    def run(self, *arguments: object, folder: Path) -> Done:
        """Run a command in ``folder``.

        Raises:
            AssertionError: the child died or hung.
        """
        if self._process is None:
            self._connection, child = _context.Pipe()
            self._process = fork(_run_many, child, self._streams)
            child.close()
        self._connection.send((list(map(str, arguments)), str(folder)))
        try:
            answered = _holds_in_time(self._process.pid, self._connection.poll)
            code = self._connection.recv() if answered else None
        except (EOFError, ConnectionResetError):
            self._process.join()
            code = self._process.exitcode
            self.close()
            raise AssertionError(f"the process died with code {code}") from None
        if not answered:
            self.close()
            raise AssertionError("it has hung")
        return read_streams(code, self._streams)

    def close(self) -> None:
        if self._process is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
        self._process = self._connection = None

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def wait_for_end(process: multiprocessing.Process) -> None:
    """Wait for a process to end.

    Raises:
        AssertionError: it has hung, and is ended.
    """

    def has_ended(seconds: float) -> bool:
        process.join(seconds)
        return not process.is_alive()

    if not _holds_in_time(process.pid, has_ended):
        process.kill()
        process.join()
        raise AssertionError("it has hung")


def _holds_in_time(pid: int, holds: Callable[[float], bool]) -> bool:
    """Whether ``holds``, which is given seconds to wait, comes true before the process hangs."""
    began, used = time.monotonic(), _processor_seconds(pid)
    while not holds(0.5):
        if _processor_seconds(pid) - used > HANG_S or time.monotonic() - began > 10 * HANG_S:
            return False
    return True


def _processor_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_streams(code: int, streams: tuple[Path, Path]) -> Done:
    """What a command printed into files; one that was killed early may have made none."""
    out, err = (path.read_text(errors="replace") if path.exists() else "" for path in streams)
    return Done(code, out, err)


def run_main(arguments: list[str], folder: Path, streams: tuple[Path, Path]) -> None:
    """End this process by a command, run in ``folder``, its streams going to two files."""
    os.chdir(folder)
    _redirect(streams)
    code = _main(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run_once(arguments, folder, streams, file_limit, settings, threads) -> None:
    import torch

    torch.set_num_threads(threads)
    for name, value in settings.items():
        module, _, constant = name.rpartition(".")
        setattr(import_module(module), constant, value)
    if file_limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as Python does when it starts
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    run_main(arguments, folder, streams)


def _run_many(connection: Connection, streams) -> None:
    while True:
        try:
            arguments, folder = connection.recv()
        except EOFError:
            return
        os.chdir(folder)
        _redirect(streams)
        code = _main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        connection.send(code)


def _main(arguments: list[str]) -> int:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(name, None)
    try:
        return main(arguments)
    except SystemExit as error:  # argparse
        return error.code
    except BaseException:  # what a user would see as a traceback
        traceback.print_exc()
        return 1


def _redirect(streams) -> None:
    """Standard output and error of the process, of C libraries too, into files."""
    for number, path in zip((1, 2), streams, strict=True):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, closefd=False)  # noqa: SIM115
