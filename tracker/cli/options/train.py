"""Options of ``tracker train``."""

import argparse
from pathlib import Path

from tracker.cli.options.common import CommandFunction, Commands, add_device, add_settings
from tracker.cli.options.values import count, positive

_EPILOG = """\
The folder of --data; any of its three parts may be absent, not all:
  videos/<group>/<clip>/<frame>.jpg   frames, in the natural order of their names
  videos/<group>/boxes.csv            header clip,frame,track,x,y,w,h
  stills/<group>/<image>.jpg          pictures
  stills/<group>/boxes.csv            header image,object,label,x,y,w,h (label may be absent)
  unlabelled/<any name>.jpg           pictures without boxes
Clips, frames and images are named without .jpg (or .png). A box is its left, top, width and height
in pixels, counted from 0. A track is one object of one clip; where it is not to be seen it has no
row. One video clip in five is not trained on but tracked, to validate.

The output folder gets weights.safetensors (for --model), checkpoint.pt (for --resume), log.csv,
recipe.toml and curves.png. Several processes, on one machine or more:
  torchrun --nproc-per-node 2 -m tracker train --data DIR -o DIR

Exit codes: 0 done; 2 bad input, or the loss became NaN or infinite; 4 the output exists or could
not be written; 130 interrupted, continue with --resume."""


def add_train(commands: Commands, run: CommandFunction) -> None:
    """Add the command and its options."""
    train = commands.add_parser(
        "train",
        help="train a model on pictures with boxes, or refine one",
        description="Train a model on annotated videos and pictures, or refine one.",
        epilog=_EPILOG,
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
        ("--pairs", positive, "pairs to train on in all"),
        ("--batch-size", positive, "pairs per step, over all processes"),
        ("--learning-rate", float, "largest learning rate"),
        ("--seed", int, "seed of the pairs and of random first weights"),
    ):
        name = option.removeprefix("--").replace("-", "_")
        what.add_argument(
            option, dest=f"training.{name}", metavar=name[0].upper(), type=kind, help=text
        )
    add_settings(
        what,
        "TABLE.SETTING=VALUE",
        "any other setting of the recipe, e.g. training.freeze=3 or pairs.negatives=0.2",
    )

    how = train.add_argument_group("how")
    add_device(how)
    how.add_argument(
        "--threads", metavar="N", type=positive, help="threads of the network, on the CPU"
    )
    how.add_argument(
        "--workers",
        metavar="N",
        type=count,
        default=1,
        help="processes that make the pairs; 0 for none (default 1)",
    )
    how.add_argument("--quiet", action="store_true", help="no progress bar, no lines")
    existing = train.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", action="store_true", help="replace a training there")
    existing.add_argument("--resume", action="store_true", help="continue the training there")
