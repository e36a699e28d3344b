"""``tracker info``: versions and devices, or the settings."""

from dataclasses import fields

from tracker.cli.info import describe
from tracker.cli.main import main
from tracker.config import TrackerConfig


def test_info_says_what_is_here(capsys):
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    for name in ("torch", "opencv", "lite", "siamfc", "extension"):
        assert name in out


def test_the_columns_are_aligned(monkeypatch):
    monkeypatch.setattr("tracker.cli.info._devices", lambda: ["cpu (2 threads)", "cuda:0 (X)"])
    monkeypatch.setattr("tracker.cli.info.available_models", lambda: {"lite": True, "new": False})
    lines = describe().splitlines()
    assert "devices      cpu (2 threads), cuda:0 (X)" in lines
    assert "models       lite, new (no weights yet)" in lines
    width = len("safetensors  ")
    assert all(line[width - 2 : width] == "  " and line[width] != " " for line in lines)


def test_every_setting_is_listed(capsys):
    assert main(["info", "--settings"]) == 0
    rows = [line.split("|") for line in capsys.readouterr().out.splitlines()[2:]]
    config = TrackerConfig()
    for row, field in zip(rows, fields(config), strict=True):
        _, name, default, _, meaning, _ = (cell.strip() for cell in row)
        assert name == f"`{field.name}`"
        assert default == str(getattr(config, field.name))
        assert meaning
