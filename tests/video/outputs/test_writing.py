"""One call writes a frame's results to every output of the run."""

import json
import sys

import numpy as np
import pytest

from tests.media import decode, flat
from tracker.errors import OutputError
from tracker.formats import read_csv
from tracker.result import TrackResult
from tracker.video import VideoFrame
from tracker.video.outputs.writing import Outputs


def frame(index):
    return VideoFrame(index, index / 25, flat(index, (64, 48)))


def results(index, objects=1):
    return [
        TrackResult(index, index / 25, id, (5.0 + index, 20.0, 20.0, 15.0), 0.5, "tracking")
        for id in range(1, objects + 1)
    ]


def open_outputs(paths, objects=1, kept=(), overwrite=False):
    return Outputs(
        paths,
        frame(0),
        objects=objects,
        source="clip.mp4",
        model="m",
        fps=25,
        overwrite=overwrite,
        kept=kept,
    )


def test_every_output_gets_every_frame(tmp_path):
    kinds = ("video", "csv", "json", "mot", "otb")
    paths = {kind: tmp_path / kind for kind in kinds}
    with open_outputs(paths) as outputs:
        pictures = [outputs.write(frame(i), results(i)) for i in range(3)]
    rows = [result for i in range(3) for result in results(i)]
    assert read_csv(paths["csv"]) == rows
    document = json.loads(paths["json"].read_text())
    assert (document["source"], document["model"]) == ("clip.mp4", "m")
    assert [row["frame"] for row in document["results"]] == [0, 1, 2]
    assert paths["otb"].read_text().splitlines()[1] == "7.0000,21.0000,20.0000,15.0000"
    assert len(paths["mot"].read_text().splitlines()) == 3
    written = decode(paths["video"])
    assert [time_s for time_s, _ in written] == pytest.approx([0, 0.04, 0.08], abs=1e-4)
    for picture, (_, image) in zip(pictures, written, strict=True):
        assert np.abs(picture.astype(int) - image).mean() < 12


def test_a_picture_is_drawn_only_where_one_is_wanted(tmp_path):
    with open_outputs({"csv": tmp_path / "a.csv"}) as outputs:
        first = frame(0)
        assert outputs.write(first, results(0)) is None
        picture = outputs.write(first, results(0), draw=True)
    assert (picture != first.image).any()
    assert np.array_equal(first.image, flat(0, (64, 48)))  # the frame itself is untouched


def test_kept_rows_stay_in_the_csv_and_go_to_the_others_again(tmp_path):
    paths = {"csv": tmp_path / "a.csv", "mot": tmp_path / "a.txt"}
    with open_outputs(paths) as outputs:
        for i in range(3):
            outputs.write(frame(i), results(i))
    whole = [path.read_bytes() for path in paths.values()]
    kept = [results(0), results(1)]
    with open_outputs(paths, kept=kept, overwrite=True) as outputs:
        assert read_csv(paths["csv"]) == [*results(0), *results(1)]
        for i in range(3):
            outputs.write(frame(i), results(i))
    assert [path.read_bytes() for path in paths.values()] == whole


def test_without_files_rows_are_printed(capsys):
    with open_outputs({}, objects=2) as outputs:
        outputs.write(frame(1), results(1, objects=2))
    assert capsys.readouterr().out == (
        "frame,time_s,id,x,y,w,h,score,state\n"
        "1,0.040000,1,6.0000,20.0000,20.0000,15.0000,0.5000,tracking\n"
        "1,0.040000,2,6.0000,20.0000,20.0000,15.0000,0.5000,tracking\n"
    )


def test_standard_output_that_is_closed(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="standard output: it is closed"):
        open_outputs({})


def test_an_output_that_cannot_be_made_closes_the_others(tmp_path):
    (tmp_path / "old.json").touch()
    paths = {"video": tmp_path / "a.mp4", "json": tmp_path / "old.json"}
    with pytest.raises(OutputError, match=r"old\.json: it exists"):
        open_outputs(paths)
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]  # no empty video
