"""Turn errors into one sentence for a visitor that tells nothing about the server."""

import logging
import re
from pathlib import Path

from tracker.errors import TrackerError

_LOG = logging.getLogger("tracker_demo")
_PATH = re.compile(r"(?<![\w.])/\w[^\s:;,]*/|\\\\|\b[A-Za-z]:\\")

UNEXPECTED = "Something went wrong on the server, and it was noted there; please try another video."


class Refused(TrackerError):
    """A visitor's request cannot be done; the message is a sentence for them."""


def sentence(error: BaseException, *private: Path) -> str:
    """Return the sentence that a visitor sees for an error.

    Args:
        error: any exception.
        private: paths that the message may contain; they become "the file".

    Returns:
        One sentence without paths. An error that the project did not raise on purpose, or whose
        message still contains a path, is logged on the server, and the sentence is ``UNEXPECTED``.
    """
    if isinstance(error, TrackerError):
        text = str(error)
        for path in private:
            text = text.replace(str(path), "the file")
        if not _PATH.search(text):
            return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
    _LOG.error("unexpected error", exc_info=error)
    return UNEXPECTED
