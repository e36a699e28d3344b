"""Everyone who has the page open: one session each, forgotten when they leave or fall asleep."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from tracker_demo.engine import Engine
from tracker_demo.limits import Limits
from tracker_demo.messages import Refused
from tracker_demo.session import Session

KEEP_S = 3600.0  # without a sign of life
RETURN_S = 20.0  # after the page was closed: a phone may only have looked away


class Visitors:
    """The sessions by the key that the page gives each visitor; it must not be guessable.

    Args:
        root: folder for all of their files.
        engine, limits: as in ``Session``.
        clock: seconds.
    """

    def __init__(
        self,
        root: Path,
        engine: Engine,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root, self._engine, self._limits, self._clock = root, engine, limits, clock
        self._sessions: dict[str, Session] = {}
        self._seen: dict[str, float] = {}
        self._left: dict[str, float] = {}
        self._made = 0
        self._lock = threading.Lock()

    def session(self, key: str) -> Session:
        """The session of a visitor, made on their first request.

        Raises:
            Refused: too many others are here.
        """
        self.sweep()
        with self._lock:
            if key not in self._sessions:
                if len(self._sessions) >= self._limits.visitors:
                    raise Refused("Too many visitors are here at the moment; try again later.")
                self._made += 1
                folder = self._root / f"visitor-{self._made}"
                self._sessions[key] = Session(folder, self._engine, self._limits)
            self._left.pop(key, None)
            self._seen[key] = self._clock()
            return self._sessions[key]

    def touch(self, key: str) -> None:
        """Note a sign of life."""
        with self._lock:
            if key in self._seen:
                self._seen[key] = self._clock()

    def leave(self, key: str) -> None:
        """Note that a visitor has closed the page; unknown ones are no error."""
        with self._lock:
            if key in self._sessions:
                self._left[key] = self._clock()

    def sweep(self) -> set[str]:
        """Remove those who have left or fallen asleep, and all their files; returns their keys."""
        with self._lock:
            now = self._clock()
            gone = {key for key, left in self._left.items() if now - left > RETURN_S}
            gone |= {key for key, seen in self._seen.items() if now - seen > KEEP_S}
            for key in gone:
                self._forget(key)
            return gone

    def close(self) -> None:
        """Remove everyone."""
        with self._lock:
            for key in list(self._sessions):
                self._forget(key)

    def __len__(self) -> int:
        return len(self._sessions)

    def _forget(self, key: str) -> None:
        self._seen.pop(key, None)
        self._left.pop(key, None)
        session = self._sessions.pop(key, None)
        if session is not None:
            session.close()
