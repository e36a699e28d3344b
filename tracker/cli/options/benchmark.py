"""Options of ``tracker benchmark``."""

from pathlib import Path

from tracker.cli.options.common import CommandFunction, Commands, add_device, add_settings
from tracker.cli.options.values import names, positive, seconds


def add_benchmark(commands: Commands, run: CommandFunction) -> None:
    """Add the command and its options."""
    benchmark = commands.add_parser(
        "benchmark",
        help="run trackers on a data set and score them",
        description="Run trackers on the sequences of a data set and score them by the published "
        "rules. The boxes of each run are written as soon as it is finished.",
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
    benchmark.add_argument("--sequences", metavar="A,B", type=names, help="only these")
    benchmark.add_argument("--attribute", metavar="OCC", help="only sequences with this attribute")
    benchmark.add_argument(
        "--tracker",
        dest="trackers",
        metavar="NAME",
        action="append",
        help="see below; repeat it for several (default: our default model)",
    )
    benchmark.add_argument(
        "--protocol",
        choices=("ope", "tre", "sre"),
        default="ope",
        help="runs of each sequence: one pass (the default), or OTB's temporal or spatial "
        "robustness evaluation",
    )
    benchmark.add_argument(
        "--policy",
        choices=("otb", "got10k", "pysot"),
        default="otb",
        help="the toolkit whose rules for missing and invalid boxes are used (default otb)",
    )
    add_device(benchmark)
    add_settings(
        benchmark,
        "NAME=VALUE",
        "a setting of our models in place of their own, e.g. lost_doubt=4; repeat it for several; "
        "opencv-..., results:... and MODULE:CLASS are not affected; tracker info --settings lists "
        "them all",
    )
    benchmark.add_argument(
        "--jobs", metavar="N", type=positive, default=1, help="runs at the same time (default 1)"
    )
    benchmark.add_argument(
        "--threads",
        metavar="N",
        type=positive,
        default=1,
        help="threads of each job (default 1); another number can change the last digits of the "
        "boxes",
    )
    benchmark.add_argument(
        "--step-seconds",
        metavar="S",
        type=seconds,
        default=60.0,
        help="a tracker that needs longer for one frame has failed (default 60)",
    )
    benchmark.add_argument(
        "--resume",
        action="store_true",
        help="keep the finished runs of an earlier benchmark in DIR",
    )
    benchmark.add_argument("--quiet", action="store_true", help="no progress bar")
    benchmark.add_argument(
        "--explain", action="store_true", help="print what each convention of scoring is worth"
    )
    benchmark.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="folder for results and reports"
    )
