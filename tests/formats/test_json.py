"""The JSON object: exact content, in place only when whole, valid on a full disk."""

import json

from tests.formats.results import RESULTS, run_child, write_results
from tracker.formats.json import JsonWriter


def test_json(tmp_path):
    text = write_results("json", tmp_path / "r.json", source='a "b".mp4', model="m")
    assert json.loads(text) == {
        "source": 'a "b".mp4',
        "model": "m",
        "results": [
            {
                "frame": 0,
                "time_s": 0.0,
                "id": 1,
                "box": [10, 20, 30, 40],
                "score": 1.0,
                "state": "tracking",
            },
            {
                "frame": 1,
                "time_s": 0.033333,
                "id": 1,
                "box": [10.1235, -2.5, 30.25, 40],
                "score": 0.5124,
                "state": "uncertain",
            },
            {
                "frame": 5,
                "time_s": None,
                "id": 1,
                "box": [0, 0, 1, 10000],
                "score": 0.0,
                "state": "lost",
            },
        ],
    }
    assert len(text.splitlines()) == 2 + len(RESULTS)
    assert json.loads(write_results("json", tmp_path / "empty.json", []))["results"] == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty.json", "r.json"]


def test_json_target_appears_only_when_whole(tmp_path):
    path = tmp_path / "r.json"
    path.write_text("the old one")
    writer = JsonWriter(path, overwrite=True)
    writer.write(RESULTS[0])
    assert path.read_text() == "the old one"
    writer.close()
    writer.close()
    assert len(json.loads(path.read_text())["results"]) == 1


def test_full_disk_keeps_every_row_that_fits_into_the_json(tmp_path):
    path = tmp_path / "r.json"
    path.write_text("the old one")
    child = run_child("json", path, "full")
    *acknowledged, message = child.stdout.splitlines()
    assert (child.returncode, child.stderr) == (4, "")
    assert message == f"could not write {path}: File too large"
    rows = [row["frame"] for row in json.loads(path.read_text())["results"]]
    assert len(acknowledged) - 1 <= len(rows) <= len(acknowledged)  # the end needs room too
    assert rows == list(range(len(rows)))
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]
