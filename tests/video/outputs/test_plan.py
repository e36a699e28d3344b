"""Which files a run writes, and that none of them destroys anything."""

from pathlib import Path

import pytest

from tracker.errors import OutputError
from tracker.video.outputs.plan import check_outputs, plan_outputs


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(paths, inputs=("clip.mp4",), overwrite=False, resume=False):
    named = {kind: Path(path) for kind, path in paths.items()}
    check_outputs(named, inputs, overwrite=overwrite, resume=resume)


def test_one_source_gets_the_paths_as_given(here):
    wanted = {"csv": Path("no/such/folder.csv")}
    assert plan_outputs(wanted, ["clip.mp4"]) == [wanted]
    assert list(here.iterdir()) == []


def test_several_sources_get_a_file_each(here):
    (here / "Alpha" / "img").mkdir(parents=True)
    (here / "photos").mkdir()
    sources = [
        "clip.mp4",
        "other/clip.avi",
        "Alpha/img",
        "Alpha/img/*.png",
        "photos/*.png",
        "rtsp://me:secret@host/cam?x=1",
        "0",
    ]
    wanted = {"csv": Path("rows"), "mot": Path("mot"), "video": Path("films")}
    plans = plan_outputs(wanted, sources)
    names = ["clip", "clip-2", "Alpha", "Alpha-2", "photos", "cam", "0"]
    assert [plan["csv"] for plan in plans] == [Path("rows", f"{name}.csv") for name in names]
    assert plans[1]["mot"] == Path("mot/clip-2.mot.txt")
    assert plans[1]["video"] == Path("films/clip-2.mp4")
    assert {path.name for path in here.iterdir() if path.is_dir()} >= {"rows", "mot", "films"}


def test_a_folder_that_cannot_be_made(here):
    (here / "rows").touch()
    with pytest.raises(OutputError, match="cannot make the folder rows: File exists"):
        plan_outputs({"csv": Path("rows")}, ["a.mp4", "b.mp4"])


def test_what_may_be_written(here):
    check({"csv": "a.csv", "json": "a.json", "video": "a.mp4", "otb": "a.txt", "mot": "m.txt"})
    (here / "a.csv").touch()
    check({"csv": "a.csv"}, overwrite=True)
    (here / "a.mp4").touch()
    check({"csv": "a.csv", "video": "a.mp4"}, resume=True)
    check({"csv": "new.csv"}, resume=True)


@pytest.mark.parametrize(
    ("paths", "options", "message"),
    [
        ({"csv": "old"}, {}, "old: it exists; allow it with --overwrite"),
        ({"csv": "new", "video": "old"}, {"resume": True}, "old: it exists"),
        ({"video": "new"}, {"resume": True}, "expected --save-csv with --resume"),
        ({"csv": "new", "otb": "./new"}, {}, "a file of its own for each output; got new twice"),
        ({"json": "new", "otb": "new.part"}, {}, "got new.part twice"),
        ({"csv": "clip.mp4"}, {"overwrite": True}, "the output clip.mp4 is an input"),
        ({"csv": "link"}, {"overwrite": True}, "the output link is an input"),
        ({"csv": "rows"}, {"overwrite": True}, "rows.part, which rows are written to first"),
        ({"csv": "folder"}, {"overwrite": True}, "it is a folder"),
        ({"csv": "no/new"}, {}, "there is no folder no"),
        ({"json": "broken"}, {}, "broken.part holds the rows of a run that did not end"),
    ],
)
def test_what_may_not(here, paths, options, message):
    for name in ("old", "clip.mp4", "rows.part", "broken.part"):
        (here / name).touch()
    (here / "link").symlink_to("clip.mp4")
    (here / "folder").mkdir()
    with pytest.raises(OutputError, match=message):
        check(paths, ("clip.mp4", "rows.part", "rtsp://host/cam", "nul\0"), **options)
