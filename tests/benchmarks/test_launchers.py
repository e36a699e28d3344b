"""The scripts that people start as files; the one for accuracy is tested with the command line."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize(("name", "option"), [("speed", "--rounds"), ("xcorr", "--quick")])
def test_a_script_starts_from_anywhere(name, option, tmp_path):
    command = [sys.executable, BENCHMARKS / f"{name}.py", "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert option in done.stdout
