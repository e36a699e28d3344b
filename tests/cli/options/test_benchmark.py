"""Options of ``tracker benchmark``."""

from pathlib import Path

import pytest

from tracker.evaluation.ope import Benchmark


def test_defaults_are_those_of_the_library(parse):
    args = vars(parse("benchmark", "OTB"))
    assert (args["root"], args["dataset"]) == (Path("OTB"), "otb")
    for name in ("sequences", "attribute", "trackers", "output"):
        assert args[name] is None
    plain = Benchmark()
    for name in ("protocol", "policy", "device", "jobs", "threads", "step_seconds", "quiet"):
        assert args[name] == getattr(plain, name)
    assert (args["settings"], args["resume"], args["explain"]) == ([], False, False)


def test_values(parse):
    args = parse(
        *("benchmark", "OTB", "--sequences", "A,B", "--tracker", "lite", "--tracker", "opencv-mil"),
        *("--jobs", "2", "--step-seconds", "1.5", "-o", "out", "--set", "lost_doubt=4"),
    )
    assert (args.sequences, args.trackers) == (["A", "B"], ["lite", "opencv-mil"])
    assert (args.jobs, args.step_seconds, args.output) == (2, 1.5, Path("out"))
    assert args.settings == ["lost_doubt=4"]


def test_the_help_says_whose_settings_they_are(parse, capsys):
    with pytest.raises(SystemExit):
        parse("benchmark", "--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "a setting of our models" in text
    assert "are not affected" in text
