"""What the commands share: their types, and options that several of them have."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

CommandFunction = Callable[[argparse.Namespace], int]
"""Runs a command with its parsed options and returns the exit code."""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where each command adds its parser."""

ArgumentContainer: TypeAlias = "argparse._ActionsContainer"
"""A parser, or a group of options in one."""


def add_device(container: ArgumentContainer) -> None:
    """Add ``--device``."""
    container.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")


def add_settings(container: ArgumentContainer, metavar: str, text: str) -> None:
    """Add ``--set``, whose parsed ``settings`` are a list of texts, to be checked later.

    Args:
        container: the parser or group.
        metavar: the form of a setting, shown in the help.
        text: the help.
    """
    container.add_argument(
        "--set", dest="settings", metavar=metavar, action="append", default=[], help=text
    )
