"""Output files: whole pieces, one writer at a time, nothing replaced unasked."""

import os
import subprocess
import sys

import pytest

from tracker.output_file import OutputFile, claim, lock

APPEND = """
import resource, sys
from pathlib import Path
from tracker.output_file import OutputFile
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
file = OutputFile(Path(sys.argv[1]), overwrite=False)
file.write("12345678")
try:
    file.write("abcd")
except OSError as error:
    print(error.strerror, file.size)
file.write("90")
"""


def test_pieces_are_there_at_once(tmp_path):
    path = tmp_path / "f"
    file = OutputFile(path, overwrite=False)
    for text, size in (("a\n", 2), ("ż", 4), ("", 4)):
        file.write(text)
        assert file.size == size == path.stat().st_size
    file.cut(1)
    file.write("bc")
    assert path.read_bytes() == b"abc"
    assert not file.closed
    file.close()
    file.close()
    assert file.closed


def test_a_piece_that_does_not_fit_leaves_nothing(tmp_path):
    child = subprocess.run(
        [sys.executable, "-c", APPEND, str(tmp_path / "f")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout == "File too large 8\n"
    assert (tmp_path / "f").read_text() == "1234567890"


def test_an_existing_file_is_replaced_only_when_asked(tmp_path):
    path = tmp_path / "f"
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        OutputFile(path, overwrite=False)
    assert path.read_text() == "precious"
    OutputFile(path, overwrite=True).close()
    assert path.read_text() == ""


def test_a_file_that_is_being_written_is_not_replaced(tmp_path):
    path = tmp_path / "f"
    file = OutputFile(path, overwrite=False)
    file.write("mine")
    with pytest.raises(BlockingIOError, match="another run is writing it"):
        claim(path, overwrite=True)
    with open(path) as reader, pytest.raises(BlockingIOError):
        lock(reader.fileno())
    assert path.read_text() == "mine"
    file.close()
    os.close(claim(path, overwrite=True))


def test_a_device_is_not_locked():
    first, second = (claim(os.devnull, overwrite=True) for _ in range(2))
    assert os.write(first, b"x") == 1
    os.close(first)
    os.close(second)


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    import errno
    import fcntl

    def fail(number):
        def flock(descriptor, operation):
            raise OSError(number, os.strerror(number))

        return flock

    monkeypatch.setattr(fcntl, "flock", fail(errno.ENOLCK))
    os.close(claim(tmp_path / "f", overwrite=False))
    monkeypatch.setattr(fcntl, "flock", fail(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        claim(tmp_path / "g", overwrite=False)
