"""Parse the values of options; a wrong one raises the error that ``argparse`` reports."""

import argparse
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # its module loads NumPy
    from tracker.boxes import Box


def seconds(text: str) -> float:
    """Parse a duration in seconds, above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0; got {text!r}")
    return value


def positive(text: str) -> int:
    """Parse a whole number, at least 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, at least 1; got {text!r}")
    return int(text)


def count(text: str) -> int:
    """Parse a whole number, at least 0."""
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"expected a whole number, at least 0; got {text!r}")
    return int(text)


def port(text: str) -> int:
    """Parse the number of a network port, 0 to 65535."""
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535; got {text!r}")
    return int(text)


def names(text: str) -> list[str]:
    """Parse names that are separated by commas."""
    return text.split(",")


def box(text: str) -> "Box":
    """Parse four numbers ``X,Y,W,H``, separated by commas or blanks."""
    try:
        x, y, w, h = (float(part) for part in re.split(r"[,\s]+", text.strip()))
    except ValueError:  # no number, or not four of them
        raise argparse.ArgumentTypeError(f"expected four numbers X,Y,W,H; got {text!r}") from None
    return (x, y, w, h)


def reinit(text: str) -> "tuple[int, Box]":
    """Parse ``FRAME:X,Y,W,H``: a frame number and a box."""
    frame, _, numbers = text.partition(":")
    if not frame.isdigit():
        raise argparse.ArgumentTypeError(f"expected FRAME:X,Y,W,H; got {text!r}")
    return int(frame), box(numbers)
