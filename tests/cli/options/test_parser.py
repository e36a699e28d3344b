"""All commands in one parser; a wrong usage is one line and code 2."""

import subprocess
import sys

import pytest

import tracker
from tracker.cli.options.parser import join_negative_numbers

NEEDED = {
    "track": ["clip.mp4"],
    "benchmark": ["root"],
    "train": ["--data", "in", "-o", "out"],
    "sample": ["out"],
    "demo": [],
    "info": [],
}


@pytest.mark.parametrize("command", NEEDED)
def test_each_command_gets_its_function(parse, command):
    args = parse(command, *NEEDED[command])
    assert args.run(args) == command


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "tracker: the following arguments are required: COMMAND (see tracker --help)\n"),
        (["track"], "tracker track: the following arguments are required: SOURCE "),
        (["info", "--frob"], "tracker: unrecognized arguments: --frob (see tracker --help)\n"),
        (["demo", "--port", "-1"], "tracker demo: argument --port: expected a port from 0 to"),
    ],
)
def test_a_wrong_usage_is_one_line(parse, capsys, arguments, message):
    with pytest.raises(SystemExit) as caught:
        parse(*arguments)
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_the_version(parse, capsys):
    with pytest.raises(SystemExit) as caught:
        parse("--version")
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"tracker {tracker.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "joined"),
    [
        (["--box", "-3,5,20,20"], ["--box=-3,5,20,20"]),
        (["--start", "-3", "--end", "-1s"], ["--start=-3", "--end=-1s"]),
        (["--box", "3,5,20,20"], ["--box", "3,5,20,20"]),
        (["--box", "-o", "out.mp4"], ["--box", "-o", "out.mp4"]),
        (["--stride", "-2"], ["--stride", "-2"]),
        (["-3"], ["-3"]),
        ([], []),
    ],
)
def test_negative_values_are_joined_to_their_option(arguments, joined):
    assert join_negative_numbers(arguments) == joined


def test_nothing_heavy_is_loaded():
    code = (
        "import sys, tracker.cli.options.parser\n"
        "heavy = {'torch', 'cv2', 'av', 'numba', 'numpy', 'gradio', 'matplotlib'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
