"""A parser with one command."""

import argparse

import pytest

from tracker.cli.options.parser import build_parser


@pytest.fixture
def parse():
    """Parse arguments; the function is that of the command's name."""
    commands = ("track", "benchmark", "train", "sample", "demo", "info")
    parser = build_parser({name: lambda args, name=name: name for name in commands})

    def parse(*arguments) -> argparse.Namespace:
        return parser.parse_args(list(arguments))

    return parse
