"""Run ``tracker track`` in this process, as a user would in a shell."""

from tracker.cli.main import main

BOX = "40,50,44,36"  # the moving patch in frame 0


def track(*arguments):
    """Run ``tracker track`` and return its exit code."""
    try:
        return main(["track", *map(str, arguments)])
    except SystemExit as error:  # argparse
        return error.code
