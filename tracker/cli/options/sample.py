"""Options of ``tracker sample``."""

from pathlib import Path

from tracker.cli.options.common import CommandFunction, Commands


def add_sample(commands: Commands, run: CommandFunction) -> None:
    """Add the command and its options."""
    sample = commands.add_parser(
        "sample", help="write a sample clip and its true boxes into a folder"
    )
    sample.set_defaults(run=run)
    sample.add_argument("directory", metavar="DIR", type=Path)
    sample.add_argument("--overwrite", action="store_true", help="replace files that exist")
