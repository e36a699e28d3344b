"""Build the parser of all commands."""

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn

from tracker import __version__
from tracker.cli.options.benchmark import add_benchmark
from tracker.cli.options.common import CommandFunction
from tracker.cli.options.demo import add_demo
from tracker.cli.options.info import add_info
from tracker.cli.options.sample import add_sample
from tracker.cli.options.track import add_track
from tracker.cli.options.train import add_train

# In the order of the help.
_ADD = {
    "track": add_track,
    "benchmark": add_benchmark,
    "train": add_train,
    "sample": add_sample,
    "demo": add_demo,
    "info": add_info,
}


def build_parser(run: Mapping[str, CommandFunction]) -> argparse.ArgumentParser:
    """Build the parser of the command line.

    Args:
        run: for each command, the function to call; the parsed ``run`` is the one of the command
            that was given.
    """
    parser: argparse.ArgumentParser = _Parser(
        prog="tracker",
        description="Follow an object through a video: give it a video and one box.",
    )
    parser.add_argument("--version", action="version", version=f"tracker {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, add in _ADD.items():
        add(commands, run[name])
    return parser


def join_negative_numbers(arguments: Sequence[str]) -> list[str]:
    """Join ``--box -3,5,20,20`` to one argument; argparse would take the value for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--box", "--start", "--end") and re.match(r"-\d", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


class _Parser(argparse.ArgumentParser):
    """Reports a usage error in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")
