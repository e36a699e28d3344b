"""The command line: each command is a few lines that call the library.

Importing this module loads neither PyTorch nor OpenCV, so that ``tracker --help`` answers at once.
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

from tracker.cli.options import build_parser, join_negative_numbers
from tracker.errors import DependencyError, OutputError, TrackerError
from tracker.threads import spin_briefly

INTERRUPTED = 130

_OUTPUTS = ("video", "csv", "json", "mot", "otb")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (see ``tracker.errors`` for the codes)."""
    spin_briefly()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # any file name can be printed
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
        return args.run(args)
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
    """Give up what standard output did not take: Python would try again and exit with 120."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _track(args: argparse.Namespace) -> int:
    from tracker.cli.track import Job, run_jobs

    options = vars(args).copy()
    outputs = {kind: options.pop(kind) for kind in _OUTPUTS}
    job = Job(
        outputs={kind: path for kind, path in outputs.items() if path},
        **{name: value for name, value in options.items() if name not in ("run", "sources")},
    )
    return run_jobs(args.sources, job)


def _benchmark(args: argparse.Namespace) -> int:
    from tracker.cli.benchmark import BenchmarkJob, run_benchmark
    from tracker.evaluation.ope import Benchmark

    options = vars(args) | {"trackers": args.trackers or ["default"]}
    return run_benchmark(
        BenchmarkJob(**{field.name: options[field.name] for field in fields(BenchmarkJob)}),
        Benchmark(
            **{
                field.name: options[field.name]
                for field in fields(Benchmark)
                if field.name in options
            }
        ),
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
    named = settings | dict(map(parse_setting, args.settings))
    run_training(
        TrainingJob(
            **{field.name: options[field.name] for field in fields(TrainingJob)}
            | {"settings": named}
        )
    )
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
    from tracker.cli.info import describe

    print(describe())
    return 0
