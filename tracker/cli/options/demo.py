"""Options of ``tracker demo``."""

from tracker.cli.options.common import CommandFunction, Commands, add_device
from tracker.cli.options.values import port


def add_demo(commands: Commands, run: CommandFunction) -> None:
    """Add the command and its options."""
    demo = commands.add_parser(
        "demo",
        help="a web page: drop a video, draw a box, see the object followed",
        description="Serve a web page on which objects in a video are boxed with the mouse or a "
        "finger and followed. Needs pip install 'tracker[demo]'.",
        epilog="Without --host only this machine can open the page. For others, put a server that "
        "speaks https in front of it; see SECURITY.md. Ctrl-C ends it and removes every upload.",
    )
    demo.set_defaults(run=run)
    demo.add_argument(
        "--host",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="address to serve on (default 127.0.0.1)",
    )
    demo.add_argument(
        "--port",
        metavar="N",
        type=port,
        default=7860,
        help="port to serve on, 0 for any that is free (default 7860)",
    )
    demo.add_argument(
        "--limits",
        metavar="NAME=N,...",
        default="",
        help="what a visitor may ask for: megabytes (of an upload, default 100), seconds and "
        "frames (of a video, 60 and 1800), pixels (of a picture, 8294400), objects (8), "
        "run_seconds (of one tracking, 300), waiting (visitors in the queue, 16), visitors (32)",
    )
    add_device(demo)
