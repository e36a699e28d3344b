"""The commands together: help at once, sample and track, exit codes of errors."""

import re
import subprocess
import sys

import pytest

from tests.cli.commands import track
from tracker.cli import main as main_module
from tracker.cli.main import INTERRUPTED, main
from tracker.errors import OutputError, SourceEndedEarly, SourceError


def test_help_answers_at_once_without_the_heavy_packages():
    code = (
        "import sys\nfrom tracker.cli.main import main\n"
        "try: main(['track', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'cv2', 'av', 'numba', 'numpy', 'gradio', 'matplotlib'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--save-csv" in done.stdout


def test_sample_and_track_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["sample", "clip"]) == 0
    assert capsys.readouterr().out.splitlines() == ["clip/clip.mp4", "clip/groundtruth_rect.txt"]
    assert main(["sample", "clip"]) == 4
    assert "exist" in capsys.readouterr().err
    truth = "clip/groundtruth_rect.txt"
    code = track("clip/clip.mp4", "--box-file", truth, "--truth", truth, "--save-csv", "out.csv")
    assert code == 0
    text = capsys.readouterr().out
    assert float(re.search(r"overlap with the truth: ([\d.]+) over 150", text)[1]) >= 0.6


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (SourceError("no such file"), 2, "tracker: no such file\n"),
        (SourceEndedEarly("it ended"), 3, "tracker: it ended\n"),
        (OutputError("no room"), 4, "tracker: no room\n"),
        (
            OSError(28, "No space left on device"),
            4,
            "tracker: could not write the output: No space left on device\n",
        ),
        (BrokenPipeError(), 0, ""),
        (
            KeyboardInterrupt(),
            INTERRUPTED,
            "tracker: interrupted; the results so far are kept\n",
        ),
    ],
)
def test_errors_become_one_line_and_a_code(monkeypatch, capsys, error, code, line):
    def fail(args):
        raise error

    monkeypatch.setattr(main_module, "_info", fail)
    assert main(["info"]) == code
    assert capsys.readouterr() == ("", line)
