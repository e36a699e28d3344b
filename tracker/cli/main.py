"""Run a command: parse the options, call the library, turn errors into exit codes.

Importing this module loads neither PyTorch nor OpenCV, so that ``tracker --help`` answers at once:
each command imports what it needs.
"""

import argparse
import io
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from tracker.cli.options.parser import build_parser, join_negative_numbers
from tracker.config import TrackerConfig
from tracker.errors import DependencyError, OutputError, TrackerError
from tracker.settings import parse_settings, settings_table
from tracker.threads import spin_briefly

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (see ``tracker.errors`` for the codes).

    Args:
        argv: the arguments; those of the process if None.
    """
    spin_briefly()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # so that any file name can be printed
            stream.reconfigure(errors="backslashreplace")
    parser = build_parser(
        {
            "track": _track,
            "benchmark": _benchmark,
            "train": _train,
            "sample": _sample,
            "demo": _demo,
            "info": _info,
        }
    )
    args = parser.parse_args(join_negative_numbers(sys.argv[1:] if argv is None else argv))
    try:
        code: int = args.run(args)
        return code
    except TrackerError as error:
        print(f"tracker: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader of our standard output has seen enough
        return 0
    except OSError as error:
        print(f"tracker: could not write the output: {error.strerror or error}", file=sys.stderr)
        return OutputError.exit_code
    except KeyboardInterrupt:
        print("tracker: interrupted; the results so far are kept", file=sys.stderr)
        return INTERRUPTED
    finally:
        _drop_unwritable()


def _drop_unwritable() -> None:
    """Discard what standard output did not take: Python would try again and exit with 120."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _track(args: argparse.Namespace) -> int:
    settings = parse_settings(TrackerConfig, args.settings)
    from tracker.cli.track import TrackJob, run_jobs
    from tracker.video.outputs.plan import OUTPUT_KINDS

    options = vars(args) | {
        "settings": settings,
        "outputs": {kind: path for kind in OUTPUT_KINDS if (path := getattr(args, kind))},
    }
    return run_jobs(args.sources, TrackJob(**_fields_of(TrackJob, options)))


def _benchmark(args: argparse.Namespace) -> int:
    settings = parse_settings(TrackerConfig, args.settings)
    from tracker.cli.benchmark import BenchmarkJob, run_benchmark
    from tracker.evaluation.ope import Benchmark

    options = vars(args) | {"trackers": args.trackers or ["default"], "settings": settings}
    return run_benchmark(
        BenchmarkJob(**_fields_of(BenchmarkJob, options)),
        Benchmark(**_fields_of(Benchmark, options)),
    )


def _train(args: argparse.Namespace) -> int:
    from tracker.cli.train import TrainingJob, run_training
    from tracker.training.recipe import parse_setting

    options = vars(args)
    settings = {
        name: value
        for name, value in options.items()
        if name.startswith("training.") and value is not None
    }
    options = options | {"settings": settings | dict(map(parse_setting, args.settings))}
    run_training(TrainingJob(**_fields_of(TrainingJob, options)))
    return 0


def _sample(args: argparse.Namespace) -> int:
    from tracker.synthetic.sample import write_sample

    paths = write_sample(args.directory, overwrite=args.overwrite)
    for path in paths:
        print(path)
    return 0


def _demo(args: argparse.Namespace) -> int:
    if find_spec("gradio") is None:
        raise DependencyError("expected gradio for tracker demo: pip install 'tracker[demo]'")
    import_module("tracker_demo.server").serve(args.host, args.port, args.limits, args.device)
    return 0


def _info(args: argparse.Namespace) -> int:
    if args.settings:
        print(settings_table(TrackerConfig))
        return 0
    from tracker.cli.info import describe

    print(describe())
    return 0


def _fields_of(job: type, options: dict[str, Any]) -> dict[str, Any]:
    """Pick the options that are fields of a dataclass."""
    return {field.name: options[field.name] for field in fields(job) if field.name in options}
