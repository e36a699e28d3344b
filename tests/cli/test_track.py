"""``tracker track`` as a user meets it: outputs, sources, settings, wrong usage."""

import csv
import hashlib
import json
import os
import re

import av
import cv2
import numpy as np
import pytest

from tests.cli.commands import BOX, track
from tracker.boxes import overlap
from tracker.formats import read_csv
from tracker.formats.otb import read_boxes


def test_everything_at_once(clip_folder, moving_patch, capsys):
    code = track(
        "clip.mp4",
        "--box",
        BOX,
        "-o",
        "out.mp4",
        "--save-csv",
        "out.csv",
        "--save-json",
        "out.json",
        "--save-mot",
        "out.mot",
        "--save-otb",
        "out.txt",
    )
    assert code == 0
    with open("out.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["frame", "time_s", "id", "x", "y", "w", "h", "score", "state"]
    boxes = np.array([[float(row[key]) for key in "xywh"] for row in rows])
    assert len(boxes) == 12
    assert overlap(boxes, moving_patch.boxes).min() > 0.7
    assert [float(row["time_s"]) for row in rows] == pytest.approx([i / 25 for i in range(12)])

    document = json.loads((clip_folder / "out.json").read_text())
    assert (document["source"], document["model"]) == ("clip.mp4", "lite")
    np.testing.assert_allclose([row["box"] for row in document["results"]], boxes)
    np.testing.assert_allclose(read_boxes(clip_folder / "out.txt", first_pixel=1), boxes, atol=1e-9)
    mot = np.loadtxt("out.mot", delimiter=",")
    np.testing.assert_allclose(mot[:, 2:6] - (1, 1, 0, 0), boxes, atol=1e-9)

    with av.open("out.mp4") as video:
        assert video.streams.video[0].codec_context.name == "h264"
        pictures = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(pictures) == 12
    assert np.abs(pictures[5].astype(int) - moving_patch.frames[5]).max() > 100  # the box is drawn

    out = capsys.readouterr().out
    assert re.search(r"clip.mp4: 12 frames at [\d.]+ fps; tracking 100%", out)
    assert "wrote out.csv" in out


def test_without_outputs_the_rows_go_to_standard_output(clip_folder, capsys):
    assert track("clip.mp4", "--box", BOX, "--end", "3") == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0] == "frame,time_s,id,x,y,w,h,score,state"
    assert lines[1] == "0,0.000000,1,40.0000,50.0000,44.0000,36.0000,1.0000,tracking"
    assert len(lines) == 4
    assert "3 frames" in captured.err


def test_quiet_is_quiet(clip_folder, capsys):
    assert track("clip.mp4", "--box", BOX, "--save-csv", "out.csv", "--quiet") == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_several_objects_have_a_row_each(clip_folder):
    code = track("clip.mp4", "--box", BOX, "--box", "10,10,40,30", "--save-csv", "out.csv")
    assert code == 0
    results = read_csv("out.csv")
    assert [(result.frame, result.id) for result in results[:4]] == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert len(results) == 24
    alone = [result for result in results if result.id == 1]
    track("clip.mp4", "--box", BOX, "--save-csv", "single.csv")
    assert alone == read_csv("single.csv")


def test_part_of_the_frames(clip_folder, moving_patch):
    x, y, w, h = moving_patch.boxes[2]
    code = track(
        "clip.mp4",
        "--box",
        f"{x},{y},{w},{h}",
        "--start",
        "2",
        "--end",
        "0.4s",
        "--stride",
        "2",
        "--save-csv",
        "out.csv",
    )
    assert code == 0
    assert [result.frame for result in read_csv("out.csv")] == [2, 4, 6, 8]


def test_box_file_and_truth_are_counted_from_one(clip_folder, moving_patch, capsys):
    lines = [f"{x + 1},{y + 1},{w},{h}" for x, y, w, h in moving_patch.boxes]
    (clip_folder / "truth.txt").write_text("\n".join(lines))
    code = track(
        "clip.mp4", "--box-file", "truth.txt", "--truth", "truth.txt", "--save-csv", "out.csv"
    )
    assert code == 0
    assert read_csv("out.csv")[0].box == moving_patch.boxes[0]
    mean = float(re.search(r"overlap with the truth: ([\d.]+) over 12", capsys.readouterr().out)[1])
    boxes = [result.box for result in read_csv("out.csv")]
    assert mean == pytest.approx(overlap(boxes, moving_patch.boxes).mean(), abs=6e-4)


def test_a_box_may_reach_over_the_edge(clip_folder):
    assert track("clip.mp4", "--box", "-4,10,30,30", "--save-csv", "out.csv") == 0
    assert read_csv("out.csv")[0].box == (-4, 10, 30, 30)


def test_reinit_starts_again_on_the_new_box(clip_folder):
    code = track("clip.mp4", "--box", BOX, "--reinit", "6:10,10,40,30", "--save-csv", "out.csv")
    assert code == 0
    results = read_csv("out.csv")
    assert results[6].box == (10, 10, 40, 30)
    assert overlap(results[7].box, (10, 10, 40, 30)) > 0.7
    assert overlap(results[5].box, (10, 10, 40, 30)) < 0.3


def test_several_sources_get_a_file_each_in_the_folder(clip_folder, capsys):
    (clip_folder / "other").mkdir()
    (clip_folder / "other" / "clip.mp4").write_bytes((clip_folder / "clip.mp4").read_bytes())
    (clip_folder / "text.mp4").write_text("no video")
    code = track(
        "clip.mp4", "text.mp4", "other/clip.mp4", "--box", BOX, "--save-csv", "rows", "-o", "films"
    )
    assert code == 2  # that of the one that failed
    assert sorted(os.listdir("rows")) == ["clip-2.csv", "clip.csv"]
    assert sorted(os.listdir("films")) == ["clip-2.mp4", "clip.mp4"]
    assert read_csv("rows/clip.csv") == read_csv("rows/clip-2.csv")
    assert "text.mp4: " in capsys.readouterr().err


def test_a_truncated_video_keeps_its_rows_and_says_so(clip_folder, capsys):
    with (
        av.open("clip.mp4") as source,
        av.open("index_first.mp4", "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    content = (clip_folder / "index_first.mp4").read_bytes()
    (clip_folder / "cut.mp4").write_bytes(content[: len(content) * 8 // 10])
    assert track("cut.mp4", "--box", BOX, "--save-csv", "out.csv") == 3
    assert re.search(r"cut ended early: \d+ of 12 frames", capsys.readouterr().err)
    rows = read_csv("out.csv")
    assert 1 <= len(rows) < 12
    track("clip.mp4", "--box", BOX, "--save-csv", "whole.csv")
    assert rows == read_csv("whole.csv")[: len(rows)]


def test_one_source_is_never_the_output_of_another(clip_folder, capsys):
    (clip_folder / "a").mkdir()
    (clip_folder / "a" / "clip.mp4").write_bytes((clip_folder / "clip.mp4").read_bytes())
    before = fingerprints(clip_folder)
    assert track("clip.mp4", "a/clip.mp4", "--box", BOX, "-o", "a", "--overwrite") == 4
    assert "a/clip.mp4 is an input of this run" in capsys.readouterr().err
    assert fingerprints(clip_folder) == before


def test_passwords_are_not_printed(clip_folder, capsys):
    assert track("rtsp://me:secret@127.0.0.1:9/cam?token=secret", "missing.mp4", "--box", BOX) == 2
    captured = capsys.readouterr()
    assert "rtsp://127.0.0.1:9/cam" in captured.err
    assert "secret" not in captured.err + captured.out


def test_folders_and_globs_name_their_outputs(clip_folder, moving_patch):
    for name in ("Alpha", "Beta"):
        (clip_folder / name / "img").mkdir(parents=True)
        for number, frame in enumerate(moving_patch.frames[:3]):
            cv2.imwrite(str(clip_folder / name / "img" / f"{number}.png"), frame[..., ::-1])
    assert track("Alpha/img", "Beta/img/*.png", "--box", BOX, "--save-csv", "rows") == 0
    assert sorted(os.listdir("rows")) == ["Alpha.csv", "Beta.csv"]


def test_settings_replace_those_of_the_model(clip_folder):
    """Frozen in size: the scales are searched, but neither they nor the box head are followed."""
    frozen = ["--set", "scale_lr=0", "--set", "box_lr=0"]
    assert track("clip.mp4", "--box", BOX, *frozen, "--save-csv", "frozen.csv") == 0
    assert track("clip.mp4", "--box", BOX, "--save-csv", "usual.csv") == 0
    assert {result.box[2:] for result in read_csv("frozen.csv")} == {(44.0, 36.0)}
    assert len({result.box[2:] for result in read_csv("usual.csv")}) > 1


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("lost_doubt", "expected a setting as NAME=VALUE; got 'lost_doubt'"),
        ("lost_dout=3", "unknown setting 'lost_dout'; known are exemplar_size, "),
        ("lost_doubt=three", "setting lost_doubt must be a finite number, got 'three'"),
        ("lost_doubt=-1", "setting lost_doubt must be above 0, got -1.0"),
        ("num_scales=2", "setting num_scales must be an odd number, at least 1, got 2"),
    ],
)
def test_a_wrong_setting_is_found_before_anything_is_read(clip_folder, setting, message, capsys):
    code = track("missing.mp4", "none.mp4", "--box", BOX, "-o", "films", "--set", setting)
    assert code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"tracker: {message}")
    assert os.listdir() == ["clip.mp4"]


@pytest.mark.parametrize(
    ("model", "setting", "message"),
    [
        ("lite", "search_size=99", "setting search_size must be"),
        ("siamfc", "box_lr=0.3", "setting box_lr must be 0"),
    ],
)
def test_a_setting_that_the_model_does_not_allow(clip_folder, model, setting, message, capsys):
    options = ["--model", model, "--set", setting, "--save-csv", "out.csv"]
    assert track("clip.mp4", "--box", BOX, *options) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"tracker: {message}")
    assert os.listdir() == ["clip.mp4"]


WRONG = [
    # arguments, exit code, what the one line says
    ((), 2, "required: SOURCE"),
    (("clip.mp4",), 2, "expected --box X,Y,W,H: there is no display"),
    (("missing.mp4", "--box", BOX), 2, "no such file or folder: 'missing.mp4'"),
    (("text.mp4", "--box", BOX), 2, "text.mp4"),
    (("empty.mp4", "--box", BOX), 2, "empty.mp4"),
    (("no_images", "--box", BOX), 2, "no images in the folder no_images"),
    (("*.tif", "--box", BOX), 2, r"no images match \*.tif"),
    (("clip.mp4", "--box", "900,10,30,30"), 2, "inside the 240x180 frame; got 900,10,30,30"),
    (("clip.mp4", "--box", "nan,10,30,30"), 2, "finite numbers; got nan,10,30,30"),
    (("clip.mp4", "--box", "10,10,0,30"), 2, "at least 1 pixel"),
    (("clip.mp4", "--box", "10,10,30"), 2, "four numbers X,Y,W,H; got '10,10,30'"),
    (("clip.mp4", "--box", "a,b,c,d"), 2, "four numbers"),
    (("clip.mp4", "--box-file", "missing.txt"), 2, "cannot read missing.txt"),
    (("clip.mp4", "--box-file", "text.mp4"), 2, "text.mp4, line 1: expected 4 numbers"),
    (("clip.mp4", "--box-file", "empty.mp4"), 2, "empty.mp4 is empty"),
    (("clip.mp4", "--box", BOX, "--box-file", "x"), 2, "one of --box, --box-file and --select"),
    (("clip.mp4", "--select"), 2, "there is no display"),
    (("clip.mp4", "--box", BOX, "--show"), 2, "there is no display"),
    (("clip.mp4", "--box", BOX, "--start", "9", "--end", "3"), 2, "expected end after start"),
    (("clip.mp4", "--box", BOX, "--start", "99"), 2, "no frame in the range asked for"),
    (("clip.mp4", "--box", BOX, "--start", "soon"), 2, "got 'soon'"),
    (("clip.mp4", "--box", BOX, "--start", "-3"), 2, "got '-3'"),
    (("clip.mp4", "--box", BOX, "--stride", "0"), 2, "stride of 1 or more; got 0"),
    (("clip.mp4", "--box", BOX, "--model", "resnet"), 2, "weights file or one of default"),
    (("clip.mp4", "--box", BOX, "--model", "text.mp4"), 2, "cannot be read as a safetensors"),
    (("clip.mp4", "--box", BOX, "--device", "tpu"), 2, "auto, cpu, cuda, cuda:N; got 'tpu'"),
    (("clip.mp4", "--box", BOX, "--device", "cuda:9"), 2, "does not exist"),
    (("clip.mp4", "--box", BOX, "--reinit", "five"), 2, "expected FRAME:X,Y,W,H; got 'five'"),
    (("clip.mp4", "--box", BOX, "--box", BOX, "--reinit", f"5:{BOX}"), 2, "one --box together"),
    (("clip.mp4", "--box", BOX, "--box", BOX, "--save-otb", "o"), 2, "together with --save-otb"),
    (("clip.mp4", "--box", BOX, "--reinit", "3:900,1,9,9"), 2, "inside the 240x180 frame"),
    (("clip.mp4", "--box", BOX, "--reinit", f"0:{BOX}"), 2, "--reinit after frame 0; got 0"),
    (("clip.mp4", "--box", BOX, "--reinit", f"4:{BOX}", "--reinit", f"4:{BOX}"), 2, "got two"),
    (("clip.mp4", "--box", BOX, "-o", "link.mp4", "--overwrite"), 4, "is an input of this run"),
    (("clip.mp4", "--box-file", "one.txt", "--save-otb", "one.txt", "--overwrite"), 4, "an input"),
    (
        ("clip.mp4", "--box", BOX, "--save-csv", "new.csv", "-o", "text.mp4", "--resume"),
        4,
        "text.mp4: it exists",
    ),
    (("clip.mp4", "--box", BOX, "--truth", "missing.txt"), 2, "cannot read missing.txt"),
    (("clip.mp4", "--box", BOX, "--frobnicate"), 2, "--frobnicate"),
    (("clip.mp4", "--box", BOX, "--resume", "--overwrite"), 2, "not allowed with"),
    (("clip.mp4", "--box", BOX, "--resume"), 4, "expected --save-csv with --resume"),
    (("clip.mp4", "--box", BOX, "--save-csv", "old.csv"), 4, "old.csv: it exists"),
    (("clip.mp4", "--box", BOX, "-o", "text.mp4"), 4, "text.mp4: it exists"),
    (("clip.mp4", "--box", BOX, "-o", "clip.mp4", "--overwrite"), 4, "is an input of this run"),
    (("clip.mp4", "--box", BOX, "-o", "./no/../clip.mp4", "--overwrite"), 4, "no"),
    (("clip.mp4", "--box", BOX, "-o", "x", "--save-csv", "x"), 4, "a file of its own"),
    (("clip.mp4", "--box", BOX, "-o", "no/out.mp4"), 4, "there is no folder no"),
    (("clip.mp4", "--box", BOX, "-o", "no_images", "--overwrite"), 4, "it is a folder"),
    (("clip.mp4", "--box", BOX, "--save-csv", "old.csv", "--resume"), 2, "old.csv, line 1"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG)
def test_a_wrong_usage_gets_one_line_and_changes_nothing(
    arguments, code, message, clip_folder, capsys
):
    (clip_folder / "text.mp4").write_text("this is no video\n")
    (clip_folder / "empty.mp4").write_bytes(b"")
    (clip_folder / "old.csv").write_text("precious\n")
    (clip_folder / "no_images").mkdir()
    (clip_folder / "link.mp4").hardlink_to(clip_folder / "clip.mp4")
    (clip_folder / "one.txt").write_text("41,51,44,36\n")
    before = fingerprints(clip_folder)
    assert track(*arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1
    assert re.search(message, lines[0])
    assert lines[0].startswith("tracker")
    assert fingerprints(clip_folder) == before


def fingerprints(folder):
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        for path in folder.rglob("*")
    }
