"""Options of ``tracker train``."""

from pathlib import Path

import pytest


def test_recipe_options_are_named_after_their_settings(parse):
    args = vars(
        parse(
            *("train", "--data", "in", "-o", "out", "--loss", "triplet", "--batch-size", "8"),
            *("--learning-rate", "1e-3", "--set", "pairs.negatives=0.2", "--workers", "0"),
        )
    )
    assert (args["data"], args["output"]) == (Path("in"), Path("out"))
    assert args["training.loss"] == "triplet"
    assert args["training.batch_size"] == 8
    assert args["training.learning_rate"] == 0.001
    assert args["training.pairs"] is None
    assert args["settings"] == ["pairs.negatives=0.2"]
    assert args["workers"] == 0


def test_the_help_keeps_the_layout_of_the_folder(parse, capsys):
    with pytest.raises(SystemExit):
        parse("train", "--help")
    assert "\n  videos/<group>/<clip>/<frame>.jpg   frames" in capsys.readouterr().out


@pytest.mark.parametrize("missing", ["--data", "-o"])
def test_both_folders_are_needed(parse, capsys, missing):
    given = {"--data": "in", "-o": "out"}
    del given[missing]
    with pytest.raises(SystemExit):
        parse("train", *(text for pair in given.items() for text in pair))
    assert missing in capsys.readouterr().err
