"""Output files that are locked while open and never hold half of a written piece."""

import errno
import os
import stat
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl

# What some network file systems answer that cannot lock: the file is then written without a lock.
_NO_LOCKS_HERE = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


class OutputFile:
    """A text file that is appended to in whole pieces and locked for as long as it is open.

    The operating system releases the lock when the process ends, in whatever way. So a file left
    by a killed run can be replaced, but never one that a live run is still writing.

    Args:
        path: the file to make.
        overwrite: empty an existing file instead of refusing.

    Attributes:
        descriptor: file descriptor to write with; -1 when closed.
        size: bytes in the file.

    Raises:
        OSError: it cannot be made, it exists and ``overwrite`` is off, or a live run writes it.
    """

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self.descriptor = claim(path, overwrite=overwrite)
        self.size = 0

    def write(self, text: str) -> None:
        """Append text and hand it to the operating system at once.

        Raises:
            OSError: it does not fit; the file is as it was before.
        """
        rest = memoryview(text.encode())
        end = self.size + len(rest)
        try:
            while rest:
                rest = rest[os.write(self.descriptor, rest) :]
        except OSError:
            self.cut(self.size)
            raise
        self.size = end

    def cut(self, size: int) -> None:
        """Truncate the file to its first ``size`` bytes; writing continues there."""
        os.ftruncate(self.descriptor, size)
        os.lseek(self.descriptor, size, os.SEEK_SET)
        self.size = size

    def close(self) -> None:
        """Close the file and release the lock; may be called twice."""
        if not self.closed:
            os.close(self.descriptor)
            self.descriptor = -1

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self.descriptor < 0


def claim(path: Path, *, overwrite: bool) -> int:
    """Create a file, or empty an existing one, and lock it.

    Args:
        path: the file; a pipe or device such as ``/dev/null`` is opened without a lock.
        overwrite: empty an existing file instead of refusing.

    Returns:
        Its file descriptor, open for writing.

    Raises:
        OSError: as for ``OutputFile``.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | (0 if overwrite else os.O_EXCL), 0o666)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # not a pipe or /dev/null
            lock(descriptor)
            os.ftruncate(descriptor, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def lock(descriptor: int) -> None:
    """Lock an open file until it is closed; does nothing where files cannot be locked.

    Raises:
        BlockingIOError: a live run has locked it.
    """
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if isinstance(error, BlockingIOError):
            raise BlockingIOError(error.errno, "another run is writing it") from error
        if error.errno not in _NO_LOCKS_HERE:
            raise
