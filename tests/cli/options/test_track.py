"""Options of ``tracker track``."""

from pathlib import Path

import pytest


def test_defaults(parse):
    args = vars(parse("track", "a.mp4", "b.mp4"))
    del args["run"]
    assert args == {
        "sources": ["a.mp4", "b.mp4"],
        "boxes": [],
        "box_file": None,
        "select": False,
        "reinit": [],
        "start": None,
        "end": None,
        "stride": 1,
        "model": "default",
        "device": "auto",
        "settings": [],
        "show": False,
        "quiet": False,
        **dict.fromkeys(("video", "csv", "json", "mot", "otb", "truth")),
        "overwrite": False,
        "resume": False,
    }


def test_outputs_by_kind(parse):
    options = ["-o", "a.mp4", "--save-csv", "a.csv", "--save-json", "a.json"]
    args = parse("track", "a", *options, "--save-mot", "a.mot", "--save-otb", "a.txt")
    outputs = (args.video, args.csv, args.json, args.mot, args.otb)
    assert outputs == tuple(map(Path, ("a.mp4", "a.csv", "a.json", "a.mot", "a.txt")))


def test_options_that_repeat(parse):
    boxes = ["--box", "1,2,3,4", "--box", "5 6 7 8"]
    args = parse("track", "a", *boxes, "--reinit", "3:1,2,3,4", "--reinit", "9:5,6,7,8")
    assert args.boxes == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert args.reinit == [(3, (1, 2, 3, 4)), (9, (5, 6, 7, 8))]
    assert parse("track", "a", "--set", "a=1", "--set", "b=2").settings == ["a=1", "b=2"]


def test_the_help_says_where_the_settings_are_listed(parse, capsys):
    with pytest.raises(SystemExit):
        parse("track", "--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "--set NAME=VALUE" in text
    assert "tracker info --settings" in text
