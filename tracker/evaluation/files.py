"""Write a whole file or nothing of it."""

import os
from pathlib import Path

from tracker.errors import OutputError


def write_atomically(path: Path, content: bytes | str) -> Path:
    """Put ``content`` (text as UTF-8) at ``path``, so that no reader ever sees a part of it.

    Folders on the way are made; a file that is there is replaced at the end.

    Returns:
        ``path``.

    Raises:
        OutputError: the file cannot be written; a file that was there is untouched.
    """
    # A folder's name may hold bytes that are no UTF-8, and trackers are named after folders.
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(data)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"could not write {path}: {error.strerror}") from error
    return path
