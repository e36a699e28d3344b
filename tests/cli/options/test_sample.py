"""Options of ``tracker sample``."""

from pathlib import Path


def test_values(parse):
    args = parse("sample", "out")
    assert (args.directory, args.overwrite) == (Path("out"), False)
    assert parse("sample", "out", "--overwrite").overwrite
