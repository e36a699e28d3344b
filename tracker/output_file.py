"""Files that results go to: no two runs write the same one, and what is in them stays whole."""

import errno
import os
import stat
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_NO_LOCKS_HERE = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)  # some network file systems


class OutputFile:
    """A text file that grows by whole pieces, locked for as long as it is open.

    The system lifts the lock when the process ends, however it ends: a file that a killed run left
    behind is free, one that a live run is writing is not, whatever was asked for.

    Args:
        path: the file to make.
        overwrite: empty an existing file instead of refusing.

    Attributes:
        size: bytes in the file.

    Raises:
        OSError: it cannot be made, it exists and ``overwrite`` is off, or a live run writes it.
    """

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self.descriptor = claim(path, overwrite=overwrite)
        self.size = 0

    def write(self, text: str) -> None:
        """Append ``text``, which reaches the system at once.

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
        """Take away what follows the first ``size`` bytes."""
        os.ftruncate(self.descriptor, size)
        os.lseek(self.descriptor, size, os.SEEK_SET)
        self.size = size

    def close(self) -> None:
        """Close the file and lift the lock; may be called twice."""
        if not self.closed:
            os.close(self.descriptor)
            self.descriptor = -1

    @property
    def closed(self) -> bool:
        return self.descriptor < 0


def claim(path: Path, *, overwrite: bool) -> int:
    """Make a file, or empty an existing one, and lock it; return its descriptor for writing.

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
    """Lock an open file until it is closed.

    Raises:
        BlockingIOError: a live run has locked it.
    """
    if fcntl is None:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if isinstance(error, BlockingIOError):
            raise BlockingIOError(error.errno, "another run is writing it") from error
        if error.errno not in _NO_LOCKS_HERE:
            raise
