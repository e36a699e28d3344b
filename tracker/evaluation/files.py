"""Write files atomically: the whole content or nothing."""

import os
from pathlib import Path

from tracker.errors import OutputError


def write_atomically(path: Path, content: bytes | str) -> Path:
    """Write ``content`` (text as UTF-8) to ``path`` so that no reader ever sees a part of it.

    Missing folders are made. An existing file is replaced once the new one is complete.

    Returns:
        ``path``.

    Raises:
        OutputError: the file cannot be written; an existing file is unchanged.
    """
    # Text may hold a folder's name, and such a name may have bytes that are not valid UTF-8.
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
