"""Options of ``tracker track``."""

from pathlib import Path

from tracker.cli.options.common import CommandFunction, Commands, add_device, add_settings
from tracker.cli.options.values import box, reinit


def add_track(commands: Commands, run: CommandFunction) -> None:
    """Add the command and its options."""
    track = commands.add_parser(
        "track",
        help="follow one or several objects through a video",
        description="Follow one or several objects through videos. Without an output file the "
        "rows go to standard output as CSV.",
        epilog="Exit codes: 0 done; 2 bad input; 3 the source ended early, results kept; 4 an "
        "output could not be written; 130 interrupted, results kept.",
    )
    track.set_defaults(run=run)
    track.add_argument(
        "sources",
        metavar="SOURCE",
        nargs="+",
        help="video file, folder of images, glob, webcam index, or rtsp/http url; with several "
        "sources each output names a folder",
    )

    what = track.add_argument_group("what to follow")
    what.add_argument(
        "--box",
        dest="boxes",
        metavar="X,Y,W,H",
        type=box,
        action="append",
        default=[],
        help="the object in the first frame: left, top, width, height in pixels, counted from 0; "
        "repeat it for several objects",
    )
    what.add_argument(
        "--box-file",
        metavar="F",
        type=Path,
        help="take the box from the first line of an OTB text file, counted from 1",
    )
    what.add_argument(
        "--select",
        action="store_true",
        help="draw the boxes with the mouse (the default without a box where there is a display)",
    )
    what.add_argument(
        "--reinit",
        metavar="FRAME:X,Y,W,H",
        type=reinit,
        action="append",
        default=[],
        help="start again on this box at this frame (one object only); repeat it for several",
    )

    part = track.add_argument_group("which frames")
    part.add_argument("--start", metavar="N|12.5s", help="first frame, as a number or in seconds")
    part.add_argument("--end", metavar="N|20s", help="stop before this frame or second")
    part.add_argument("--stride", metavar="N", type=int, default=1, help="only every N-th frame")

    how = track.add_argument_group("how")
    how.add_argument(
        "--model",
        metavar="NAME|FILE",
        default="default",
        help="a model (tracker info lists them) or a weights file",
    )
    add_device(how)
    add_settings(
        how,
        "NAME=VALUE",
        "a setting of the tracker in place of the model's own, e.g. lost_doubt=4; repeat it for "
        "several; tracker info --settings lists them all",
    )
    how.add_argument(
        "--show", action="store_true", help="live view: q ends, space pauses, r draws the box again"
    )
    how.add_argument("--quiet", action="store_true", help="no progress bar, no summary")

    out = track.add_argument_group("what to write")
    out.add_argument(
        "-o", "--output", dest="video", metavar="F", type=Path, help="annotated video, H.264 in mp4"
    )
    for kind, text in (
        ("csv", "frame,time_s,id,x,y,w,h,score,state for each frame and object"),
        ("json", "the same as JSON"),
        ("mot", "MOTChallenge text"),
        ("otb", "x,y,w,h per frame, counted from 1, as OTB result files (one object)"),
    ):
        out.add_argument(f"--save-{kind}", dest=kind, metavar="F", type=Path, help=text)
    out.add_argument(
        "--truth",
        metavar="F",
        type=Path,
        help="OTB text file of true boxes: print the mean overlap",
    )
    existing = out.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", action="store_true", help="replace outputs that exist")
    existing.add_argument(
        "--resume",
        action="store_true",
        help="continue an interrupted run of the same command after its last row",
    )
