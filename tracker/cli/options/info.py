"""Options of ``tracker info``."""

from tracker.cli.options.common import CommandFunction, Commands


def add_info(commands: Commands, run: CommandFunction) -> None:
    """Add the command and its options."""
    info = commands.add_parser("info", help="versions, devices, models, compiled extension")
    info.set_defaults(run=run)
    info.add_argument(
        "--settings",
        action="store_true",
        help="instead, list the settings of the tracker: name, default (models may have values of "
        "their own), range and meaning",
    )
