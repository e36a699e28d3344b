"""Servers on this machine that fall silent, are slow, reset connections or break off."""

import signal
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.media import make_video
from tests.robustness.commands import BOX, Command, Done
from tracker.formats import read_csv
from tracker.result import TrackResult

TIMEOUT = 2
RECONNECTS = 2
LIMITS = {
    "tracker.video.stream.TIMEOUT_S": TIMEOUT,
    "tracker.video.stream.PAUSE_S": 0.1,
    "tracker.video.stream.RECONNECTS": RECONNECTS,
}
Answer = Callable[["Server", socket.socket], None]


class Server:
    """Answers each connection by the next of some functions; refuses those after the last."""

    def __init__(self, *answers: Answer, kind: str = "ts") -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/live.{kind}"
        self.connections = 0
        self._answers = answers
        self.over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        for answer in self._answers:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # the test is over
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(answer, connection), daemon=True).start()
        self._listener.close()

    def _answer(self, answer: Answer, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the command may hang up
            connection.recv(4096)
            answer(self, connection)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.over.set()
        self._listener.close()


def silent(server: Server, connection: socket.socket) -> None:
    server.over.wait(60)


def sends(data: bytes, *, length: int | None = None, then: Answer | None = None) -> Answer:
    """Send ``data``, announce ``length`` bytes, and go on with ``then``; else close."""

    def answer(server: Server, connection: socket.socket) -> None:
        announced = "" if length is None else f"Content-Length: {length}\r\n"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n{announced}\r\n"
        connection.sendall(head.encode() + data)
        if then:
            then(server, connection)

    return answer


def reset(server: Server, connection: socket.socket) -> None:
    server.over.wait(0.3)  # so that what was sent is read before it is thrown away
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def slowly(data: bytes) -> Answer:
    """In pieces, with pauses shorter than the time allowed, for longer than that altogether."""

    def answer(server: Server, connection: socket.socket) -> None:
        pieces = [data[i : i + 8192] for i in range(0, len(data), 8192)]
        pause = 1.5 * TIMEOUT / len(pieces)
        assert pause < TIMEOUT / 2
        for piece in pieces:
            connection.sendall(piece)
            server.over.wait(pause)

    return answer


@pytest.fixture(scope="module")
def live(moving_patch, tmp_path_factory) -> bytes:
    """A second of a transport stream, as a camera would send it."""
    path = tmp_path_factory.mktemp("live") / "live.ts"
    frames = moving_patch.frames
    make_video(path, 25, (240, 180), picture=lambda i, size: frames[abs(i % 22 - 11)], bf="0")
    return path.read_bytes()


@pytest.fixture
def track(tmp_path, small_model):
    def track(server: Server) -> tuple[Done, list[TrackResult], list[str]]:
        """The command, its rows, and what it said about connecting again."""
        command = Command(
            "track",
            server.url,
            "--box",
            BOX,
            "--model",
            small_model,
            "--save-csv",
            "out.csv",
            "--quiet",
            folder=tmp_path,
            settings=LIMITS,
        )
        done = command.wait()
        rows = read_csv(tmp_path / "out.csv") if (tmp_path / "out.csv").exists() else []
        times = [row.time_s for row in rows]
        assert times == sorted(set(times))
        lines = done.err.splitlines()
        notes = [line for line in lines if "connecting again, attempt" in line]
        rest = [line for line in lines if line not in notes]
        return Done(done.code, done.out, "\n".join(rest)), rows, notes

    return track


def test_silent_from_the_start(trials, track):
    with trials.one("silent"), Server(silent) as server:
        done, rows, _ = track(server)
        done.check_contract(2)
        assert "nothing came in time" in done.err
        assert rows == []


def test_silent_in_the_middle(trials, track, live):
    with trials.one("silent"), Server(*[sends(live, then=silent)] * 5) as server:
        done, rows, notes = track(server)
        done.check_contract(3)
        assert "nothing came in time" in done.err
        assert server.connections == 1 + RECONNECTS
        assert len(notes) == RECONNECTS
        trials.lose(max(0, 20 * server.connections - len(rows)))


def test_slow(trials, track, live):
    data = live * 4
    with trials.one("slow"), Server(sends(b"", length=len(data), then=slowly(data))) as server:
        done, rows, notes = track(server)
        done.check_contract(0)
        assert (server.connections, notes) == (1, [])
        trials.lose(max(0, 95 - len(rows)))


@pytest.mark.parametrize("fault", ["reset", "closed"])
def test_broken_off_and_back_again(trials, track, live, fault):
    whole = sends(live, length=len(live))
    broken = sends(live[: len(live) * 2 // 3], then=reset if fault == "reset" else None)
    with trials.one(fault), Server(broken, broken, whole) as server:
        done, rows, notes = track(server)
        done.check_contract(0)
        assert len(notes) == 2
        assert "attempt 1 of 2" in notes[0]
        trials.lose(max(0, 10 + 10 + 25 - len(rows)))


def test_gone_for_good(trials, track, live):
    with trials.one("gone"), Server(sends(live, then=reset)) as server:
        done, rows, notes = track(server)
        done.check_contract(3)
        assert "gave up after 2 attempts to connect again" in done.err
        assert "Connection refused" in done.err
        assert len(notes) == RECONNECTS
        trials.lose(max(0, 20 - len(rows)))


def test_a_recording_that_breaks_off_does_not_begin_again(trials, track, long_clip):
    """Its length is known: its first frames must not follow its last."""
    data = long_clip.read_bytes()
    part = data[: len(data) * 3 // 4]
    broken = sends(part, length=len(data), then=reset)
    with trials.one("recording"), Server(broken, broken, kind="mp4") as server:
        done, rows, notes = track(server)
        done.check_contract(3)
        assert (server.connections, notes) == (1, [])
        assert 80 < len(rows) < 160
        assert [row.frame for row in rows] == list(range(len(rows)))


def test_a_stream_cannot_name_local_files(trials, track, live, tmp_path):
    (tmp_path / "secret.ts").write_bytes(live)
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{tmp_path}/secret.ts\n#EXT-X-ENDLIST\n".encode()
    answer = sends(playlist, length=len(playlist))
    with trials.one("playlist"), Server(answer, answer, kind="m3u8") as server:
        done, rows, _ = track(server)
        done.check_contract(2)
        assert rows == []


def test_interrupted_while_it_waits(trials, track, live, tmp_path, small_model):
    """Ctrl-C does not wait for the attempts to connect that are left."""
    with trials.one("interrupted"), Server(*[sends(live, then=silent)] * 9) as server:
        command = Command(
            "track",
            server.url,
            "--box",
            BOX,
            "--model",
            small_model,
            "--save-csv",
            "out.csv",
            folder=tmp_path,
            settings=LIMITS | {"tracker.video.stream.RECONNECTS": 9},
        )
        for _ in range(600):
            if server.connections == 2:
                break
            time.sleep(0.05)
        command.send_signal(signal.SIGINT)
        done = command.wait()
        assert done.code == 130, done.err
        assert done.err.splitlines()[-1] == "tracker: interrupted; the results so far are kept"
        trials.lose(max(0, 20 - len(read_csv(tmp_path / "out.csv"))))
