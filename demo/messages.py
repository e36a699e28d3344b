"""What a visitor is told when something cannot be done: one sentence, nothing about the server."""

import logging
import re
from pathlib import Path

from tracker.errors import TrackerError

_LOG = logging.getLogger("tracker_demo")
_PATH = re.compile(r"(?<![\w.])/\w[^\s:;,]*/|\\\\|\b[A-Za-z]:\\")

UNEXPECTED = "Something went wrong on the server, and it was noted there; please try another video."


class Refused(TrackerError):
    """What a visitor asked for cannot be done; the message is a sentence for them."""


def sentence(error: BaseException, *private: Path) -> str:
    """What to tell a visitor about an error.

    Args:
        error: anything that was raised.
        private: files whose names the message may hold; they become "the file".

    Returns:
        One sentence without paths. Errors that the project did not raise on purpose, and messages
        that still hold a path, go to the server's log instead.
    """
    if isinstance(error, TrackerError):
        text = str(error)
        for path in private:
            text = text.replace(str(path), "the file")
        if not _PATH.search(text):
            return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
    _LOG.error("unexpected error", exc_info=error)
    return UNEXPECTED
