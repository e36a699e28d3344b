"""The options of every command, as ``argparse`` wants to have them; what they do is in ``cli``."""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from tracker import __version__

Run = Callable[[argparse.Namespace], int]
Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def build_parser(run: dict[str, Run]) -> argparse.ArgumentParser:
    """The parser of all commands; the parsed ``run`` is the function given for the command."""
    parser = _Parser(
        prog="tracker",
        description="Follow an object through a video: give it a video and one box.",
    )
    parser.add_argument("--version", action="version", version=f"tracker {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_track(commands, run["track"])
    _add_benchmark(commands, run["benchmark"])
    _add_train(commands, run["train"])

    sample = commands.add_parser(
        "sample", help="write a sample clip and its true boxes into a folder"
    )
    sample.add_argument("directory", metavar="DIR", type=Path)
    sample.add_argument("--overwrite", action="store_true", help="replace files that exist")
    sample.set_defaults(run=run["sample"])

    _add_demo(commands, run["demo"])

    info = commands.add_parser("info", help="versions, devices, models, compiled extension")
    info.set_defaults(run=run["info"])
    return parser


def _add_track(commands: Commands, run: Run) -> None:
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
        type=_box,
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
        type=_reinit,
        action="append",
        default=[],
        help="start again on this box at this frame (one object only; repeat at will)",
    )

    part = track.add_argument_group("which frames")
    part.add_argument("--start", metavar="N|12.5s", help="first frame, as a number or in seconds")
    part.add_argument("--end", metavar="N|20s", help="stop before this frame or second")
    part.add_argument("--stride", metavar="N", type=int, default=1, help="every N-th frame only")

    how = track.add_argument_group("how")
    how.add_argument("--model", metavar="NAME|FILE", default="default")
    how.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
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
        "--resume", action="store_true", help="go on after the rows of a broken run"
    )


def _add_benchmark(commands: Commands, run: Run) -> None:
    benchmark = commands.add_parser(
        "benchmark",
        help="run trackers over a data set and score them",
        description="Run trackers over the sequences of a data set and score them by the published "
        "rules. Each finished run is kept as it ends.",
        epilog="Trackers: default, lite, siamfc, a weights file; opencv-mil, opencv-kcf, "
        "opencv-csrt; opencv-vit:FILE, opencv-nano:BACKBONE,NECKHEAD, "
        "opencv-dasiamrpn:MODEL,CLS,R1; results:FOLDER (result files made elsewhere, scored "
        "without pictures); MODULE:CLASS "
        "(yours, with init(frame, box) and update(frame)). Exit codes: 0 done; 1 a run failed, "
        "the others are scored; 2 bad input; 4 an output could not be written; 130 interrupted.",
    )
    benchmark.set_defaults(run=run)
    benchmark.add_argument("root", metavar="ROOT", type=Path, help="folder of the data set")
    benchmark.add_argument(
        "--dataset",
        default="otb",
        metavar="KIND",
        help="otb (what is there), otb2013, otb100, tb50, vot, got10k, uav, lasot or folder",
    )
    benchmark.add_argument(
        "--sequences", metavar="A,B", type=lambda text: text.split(","), help="only these"
    )
    benchmark.add_argument("--attribute", metavar="OCC", help="only sequences with this attribute")
    benchmark.add_argument(
        "--tracker",
        dest="trackers",
        metavar="NAME",
        action="append",
        help="repeat it for several; our default model if there is none",
    )
    benchmark.add_argument("--protocol", choices=("ope", "tre", "sre"), default="ope")
    benchmark.add_argument(
        "--policy",
        choices=("otb", "got10k", "pysot"),
        default="otb",
        help="whose treatment of odd frames to follow",
    )
    benchmark.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    benchmark.add_argument("--jobs", metavar="N", type=_positive, default=1)
    benchmark.add_argument(
        "--threads",
        metavar="N",
        type=_positive,
        default=1,
        help="of each job (default 1); another number can change the last digits of the boxes",
    )
    benchmark.add_argument(
        "--step-seconds",
        metavar="S",
        type=_seconds,
        default=60.0,
        help="a tracker that needs longer for one frame has failed (default 60)",
    )
    benchmark.add_argument("--resume", action="store_true", help="keep the runs that are finished")
    benchmark.add_argument("--quiet", action="store_true", help="no progress bar")
    benchmark.add_argument(
        "--explain", action="store_true", help="print what each convention of scoring is worth"
    )
    benchmark.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="folder for results and reports"
    )


_TRAIN_EPILOG = """\
The folder of --data; any of its three parts may be absent, not all:
  videos/<group>/<clip>/<frame>.jpg   frames, in the natural order of their names
  videos/<group>/boxes.csv            header clip,frame,track,x,y,w,h
  stills/<group>/<image>.jpg          pictures
  stills/<group>/boxes.csv            header image,object,label,x,y,w,h (label may be absent)
  unlabelled/<any name>.jpg           pictures without boxes
Clips, frames and images are named without .jpg (or .png). A box is its left, top, width and height
in pixels, counted from 0. A track is one object of one clip; where it is not to be seen it has no
row. One video clip in five is not trained on but followed, to validate.

The output folder gets weights.safetensors (for --model), checkpoint.pt (for --resume), log.csv,
recipe.toml and curves.png. Several processes, on one machine or more:
  torchrun --nproc-per-node 2 -m tracker train --data DIR -o DIR

Exit codes: 0 done; 2 bad input, or the loss is no number any more; 4 the output exists or could
not be written; 130 interrupted, go on with --resume."""


def _add_train(commands: Commands, run: Run) -> None:
    train = commands.add_parser(
        "train",
        help="train a model on pictures with boxes, or refine one",
        description="Train a model on annotated videos and pictures, or refine one.",
        epilog=_TRAIN_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.set_defaults(run=run)
    train.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder of training pictures, see below",
    )
    train.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder for weights, checkpoint, log and curves",
    )

    what = train.add_argument_group("recipe")
    what.add_argument(
        "--recipe",
        metavar="NAME|FILE",
        help="settings: lite (the shipped model's box head, the default), embedding (the rest of "
        "it, the default with --loss logistic, contrastive or triplet), siamfc (the network of the "
        "paper from random weights), imitation (a start for that one, the default with --loss "
        "imitation), or a TOML file like the recipe.toml of a training",
    )
    for option, kind, text in (
        ("--loss", str, "logistic, contrastive, triplet, box or imitation"),
        ("--init", str, "first weights: a model or weights file to refine, imagenet, or random"),
        ("--pairs", _positive, "pairs to train on in all"),
        ("--batch-size", _positive, "pairs per step, over all processes"),
        ("--learning-rate", float, "largest learning rate"),
        ("--seed", int, "of the pairs and of random first weights"),
    ):
        name = option.removeprefix("--").replace("-", "_")
        what.add_argument(
            option, dest=f"training.{name}", metavar=name[0].upper(), type=kind, help=text
        )
    what.add_argument(
        "--set",
        dest="settings",
        metavar="TABLE.SETTING=VALUE",
        action="append",
        default=[],
        help="any other setting of the recipe, e.g. training.freeze=3 or pairs.negatives=0.2",
    )

    how = train.add_argument_group("how")
    how.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    how.add_argument("--threads", metavar="N", type=_positive, help="of the network, on the CPU")
    how.add_argument(
        "--workers",
        metavar="N",
        type=_count,
        default=1,
        help="processes that make the pairs; 0 for none (default 1)",
    )
    how.add_argument("--quiet", action="store_true", help="no progress bar, no lines")
    existing = train.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", action="store_true", help="replace a training there")
    existing.add_argument("--resume", action="store_true", help="go on with the training there")


def _add_demo(commands: Commands, run: Run) -> None:
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
        type=_port,
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
    demo.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0; got {text!r}")
    return value


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number, at least 1; got {text!r}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"expected a whole number, at least 0; got {text!r}")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535; got {text!r}")
    return int(text)


class _Parser(argparse.ArgumentParser):
    """Reports a wrong usage in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _box(text: str) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in re.split(r"[,\s]+", text.strip()))
    except ValueError:
        values = ()
    if len(values) != 4:
        raise argparse.ArgumentTypeError(f"expected four numbers X,Y,W,H; got {text!r}")
    return values


def _reinit(text: str) -> tuple[int, tuple[float, ...]]:
    frame, _, box = text.partition(":")
    if not frame.isdigit():
        raise argparse.ArgumentTypeError(f"expected FRAME:X,Y,W,H; got {text!r}")
    return int(frame), _box(box)


def join_negative_numbers(arguments: Sequence[str]) -> list[str]:
    """Let ``--box -3,5,20,20`` work, whose value argparse would take for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--box", "--start", "--end") and re.match(r"-\d", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined
