"""Keep one session per visitor, and remove it when they leave or are silent for too long."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from tracker_demo.limits import Limits
from tracker_demo.messages import Refused
from tracker_demo.models import DemoModels
from tracker_demo.session import Session

KEEP_S = 3600.0  # how long a silent visitor's session is kept
RETURN_S = 20.0  # the same after the page was closed: a phone also closes it when it is put away


class Visitors:
    """The sessions of all visitors, by the key that the page gives each; it must not be guessable.

    Args:
        root: the folder for all their files.
        models, limits: as in ``Session``.
        clock: returns the time in seconds.
    """

    def __init__(
        self,
        root: Path,
        models: DemoModels,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root, self._models, self._limits, self._clock = root, models, limits, clock
        self._sessions: dict[str, Session] = {}
        self._seen: dict[str, float] = {}
        self._left: dict[str, float] = {}
        self._made = 0
        self._lock = threading.Lock()

    def session(self, key: str) -> Session:
        """Return the session of a visitor; it is made on their first request.

        Raises:
            Refused: there are too many other visitors.
        """
        self.sweep()
        with self._lock:
            if key not in self._sessions:
                if len(self._sessions) >= self._limits.visitors:
                    raise Refused("Too many visitors are here at the moment; try again later.")
                self._made += 1
                folder = self._root / f"visitor-{self._made}"
                self._sessions[key] = Session(folder, self._models, self._limits)
            self._left.pop(key, None)
            self._seen[key] = self._clock()
            return self._sessions[key]

    def touch(self, key: str) -> None:
        """Note that a visitor is still there."""
        with self._lock:
            if key in self._seen:
                self._seen[key] = self._clock()

    def leave(self, key: str) -> None:
        """Note that a visitor has closed the page; an unknown key is ignored."""
        with self._lock:
            if key in self._sessions:
                self._left[key] = self._clock()

    def sweep(self) -> set[str]:
        """Remove visitors who left or were silent for too long, and return their keys."""
        with self._lock:
            now = self._clock()
            gone = {key for key, left in self._left.items() if now - left > RETURN_S}
            gone |= {key for key, seen in self._seen.items() if now - seen > KEEP_S}
            for key in gone:
                self._forget(key)
            return gone

    def close(self) -> None:
        """Remove all visitors and their files."""
        with self._lock:
            for key in list(self._sessions):
                self._forget(key)

    def __len__(self) -> int:
        """Return how many visitors there are."""
        return len(self._sessions)

    def _forget(self, key: str) -> None:
        """Remove one visitor and their files."""
        self._seen.pop(key, None)
        self._left.pop(key, None)
        session = self._sessions.pop(key, None)
        if session is not None:
            session.close()
