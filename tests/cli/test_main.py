"""The command line as a user meets it: outputs, exit codes, one line for each wrong usage."""

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time

import av
import numpy as np
import pytest

from tracker.boxes import overlap
from tracker.cli.main import main
from tracker.formats import read_csv
from tracker.formats.otb import read_boxes
from tracker.video import VideoSink

BOX = "40,50,44,36"  # the moving patch in frame 0


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.fixture
def here(tmp_path, monkeypatch, patch_video):
    """An empty working folder with ``clip.mp4`` in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clip.mp4").write_bytes(patch_video.read_bytes())
    return tmp_path


def run(*arguments):
    try:
        return main(["track", *map(str, arguments)])
    except SystemExit as error:  # argparse
        return error.code


def test_everything_at_once(here, moving_patch, capsys):
    code = run(
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

    document = json.loads((here / "out.json").read_text())
    assert (document["source"], document["model"]) == ("clip.mp4", "lite")
    np.testing.assert_allclose([row["box"] for row in document["results"]], boxes)
    np.testing.assert_allclose(read_boxes(here / "out.txt", first_pixel=1), boxes, atol=1e-9)
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


def test_without_outputs_the_rows_go_to_standard_output(here, capsys):
    assert run("clip.mp4", "--box", BOX, "--end", "3") == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0] == "frame,time_s,id,x,y,w,h,score,state"
    assert lines[1] == "0,0.000000,1,40.0000,50.0000,44.0000,36.0000,1.0000,tracking"
    assert len(lines) == 4
    assert "3 frames" in captured.err


def test_quiet_is_quiet(here, capsys):
    assert run("clip.mp4", "--box", BOX, "--save-csv", "out.csv", "--quiet") == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_several_objects_have_a_row_each(here):
    code = run("clip.mp4", "--box", BOX, "--box", "10,10,40,30", "--save-csv", "out.csv")
    assert code == 0
    results = read_csv("out.csv")
    assert [(result.frame, result.id) for result in results[:4]] == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert len(results) == 24
    alone = [result for result in results if result.id == 1]
    run("clip.mp4", "--box", BOX, "--save-csv", "single.csv")
    assert alone == read_csv("single.csv")


def test_part_of_the_frames(here, moving_patch):
    x, y, w, h = moving_patch.boxes[2]
    code = run(
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


def test_box_file_and_truth_are_counted_from_one(here, moving_patch, capsys):
    lines = [f"{x + 1},{y + 1},{w},{h}" for x, y, w, h in moving_patch.boxes]
    (here / "truth.txt").write_text("\n".join(lines))
    code = run(
        "clip.mp4", "--box-file", "truth.txt", "--truth", "truth.txt", "--save-csv", "out.csv"
    )
    assert code == 0
    assert read_csv("out.csv")[0].box == moving_patch.boxes[0]
    mean = float(re.search(r"overlap with the truth: ([\d.]+) over 12", capsys.readouterr().out)[1])
    boxes = [result.box for result in read_csv("out.csv")]
    assert mean == pytest.approx(overlap(boxes, moving_patch.boxes).mean(), abs=6e-4)


def test_a_box_may_reach_over_the_edge(here):
    assert run("clip.mp4", "--box", "-4,10,30,30", "--save-csv", "out.csv") == 0
    assert read_csv("out.csv")[0].box == (-4, 10, 30, 30)


def test_reinit_starts_again_on_the_new_box(here):
    code = run("clip.mp4", "--box", BOX, "--reinit", "6:10,10,40,30", "--save-csv", "out.csv")
    assert code == 0
    results = read_csv("out.csv")
    assert results[6].box == (10, 10, 40, 30)
    assert overlap(results[7].box, (10, 10, 40, 30)) > 0.7
    assert overlap(results[5].box, (10, 10, 40, 30)) < 0.3


def test_several_sources_get_a_file_each_in_the_folder(here, capsys):
    (here / "other").mkdir()
    (here / "other" / "clip.mp4").write_bytes((here / "clip.mp4").read_bytes())
    (here / "text.mp4").write_text("no video")
    code = run(
        "clip.mp4", "text.mp4", "other/clip.mp4", "--box", BOX, "--save-csv", "rows", "-o", "films"
    )
    assert code == 2  # that of the one that failed
    assert sorted(os.listdir("rows")) == ["clip-2.csv", "clip.csv"]
    assert sorted(os.listdir("films")) == ["clip-2.mp4", "clip.mp4"]
    assert read_csv("rows/clip.csv") == read_csv("rows/clip-2.csv")
    assert "text.mp4: " in capsys.readouterr().err


@pytest.mark.parametrize("objects", [1, 2])
@pytest.mark.parametrize("cut", [0, 3, 40, 200, 500])
def test_a_resumed_run_writes_the_same_bytes(here, objects, cut):
    boxes = ["--box", BOX, *(["--box", "10.123456,10,40,30"] if objects == 2 else [])]
    # Frame 2, as the exemplar is refined 8 frames after a start and the clip has 12.
    reinit = ["--reinit", f"2:{BOX}"] if objects == 1 else []
    outputs = ["--save-csv", "out.csv", "--save-json", "out.json", "-o", "out.mp4"]
    assert run("clip.mp4", *boxes, *reinit, *outputs) == 0
    names = ["out.csv", "out.json", "out.mp4"]
    whole = [(here / name).read_bytes() for name in names]
    (here / "out.csv").write_bytes(whole[0][:cut] if cut else b"")
    (here / "out.json").unlink()
    assert run("clip.mp4", *boxes, *reinit, *outputs, "--resume") == 0
    assert [(here / name).read_bytes() for name in names] == whole


def test_resume_without_an_earlier_run_is_a_run(here):
    assert run("clip.mp4", "--box", BOX, "--save-csv", "out.csv", "--resume") == 0
    assert len(read_csv("out.csv")) == 12


def test_a_truncated_video_keeps_its_rows_and_says_so(here, capsys):
    with (
        av.open("clip.mp4") as source,
        av.open("index_first.mp4", "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    content = (here / "index_first.mp4").read_bytes()
    (here / "cut.mp4").write_bytes(content[: len(content) * 8 // 10])
    assert run("cut.mp4", "--box", BOX, "--save-csv", "out.csv") == 3
    assert re.search(r"cut ended early: \d+ of 12 frames", capsys.readouterr().err)
    rows = read_csv("out.csv")
    assert 1 <= len(rows) < 12
    run("clip.mp4", "--box", BOX, "--save-csv", "whole.csv")
    assert rows == read_csv("whole.csv")[: len(rows)]


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
def test_a_wrong_usage_gets_one_line_and_changes_nothing(arguments, code, message, here, capsys):
    (here / "text.mp4").write_text("this is no video\n")
    (here / "empty.mp4").write_bytes(b"")
    (here / "old.csv").write_text("precious\n")
    (here / "no_images").mkdir()
    (here / "link.mp4").hardlink_to(here / "clip.mp4")
    (here / "one.txt").write_text("41,51,44,36\n")
    before = fingerprints(here)
    assert run(*arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1
    assert re.search(message, lines[0])
    assert lines[0].startswith("tracker")
    assert fingerprints(here) == before


def fingerprints(folder):
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--box", "10,10,40,30"), "another first frame or box"),
        (("--box", BOX, "--box", "10,10,40,30"), "another number of objects"),
        (("--box", BOX, "--stride", "2"), "another frame or time after row 1"),
        (("--box", BOX, "--end", "4"), "another end: it goes on to frame 7"),
    ],
)
def test_the_rows_of_another_run_are_not_continued(options, message, here, capsys):
    run("clip.mp4", "--box", BOX, "--end", "8", "--save-csv", "out.csv", "--quiet")
    before = (here / "out.csv").read_bytes()
    assert run("clip.mp4", *options, "--save-csv", "out.csv", "--resume") == 4
    assert message in capsys.readouterr().err
    assert (here / "out.csv").read_bytes() == before


def test_one_source_is_never_the_output_of_another(here, capsys):
    (here / "a").mkdir()
    (here / "a" / "clip.mp4").write_bytes((here / "clip.mp4").read_bytes())
    before = fingerprints(here)
    assert run("clip.mp4", "a/clip.mp4", "--box", BOX, "-o", "a", "--overwrite") == 4
    assert "a/clip.mp4 is an input of this run" in capsys.readouterr().err
    assert fingerprints(here) == before


def test_passwords_are_not_printed(here, capsys):
    assert run("rtsp://me:secret@127.0.0.1:9/cam?token=secret", "missing.mp4", "--box", BOX) == 2
    captured = capsys.readouterr()
    assert "rtsp://127.0.0.1:9/cam" in captured.err
    assert "secret" not in captured.err + captured.out


def test_folders_and_globs_name_their_outputs(here, moving_patch):
    import cv2

    for name in ("Alpha", "Beta"):
        (here / name / "img").mkdir(parents=True)
        for number, frame in enumerate(moving_patch.frames[:3]):
            cv2.imwrite(str(here / name / "img" / f"{number}.png"), frame[..., ::-1])
    assert run("Alpha/img", "Beta/img/*.png", "--box", BOX, "--save-csv", "rows") == 0
    assert sorted(os.listdir("rows")) == ["Alpha.csv", "Beta.csv"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_its_results(here, stop, moving_patch):
    with VideoSink("long.mp4", (240, 180), 25) as sink:
        for index in range(2000):
            sink.write(moving_patch.frames[index % 12], index / 25)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tracker",
            "track",
            "long.mp4",
            "--box",
            BOX,
            "--save-csv",
            "out.csv",
            "--save-json",
            "out.json",
            "-o",
            "out.mp4",
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_for_rows(here / "out.csv", 20)
    process.send_signal(stop)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == "tracker: interrupted; the results so far are kept"
    assert "wrote out.csv" in out
    rows = read_csv("out.csv")
    assert len(rows) >= 20
    assert len(json.loads((here / "out.json").read_text())["results"]) == len(rows)
    with av.open("out.mp4") as video:
        assert abs(sum(1 for _ in video.decode(video=0)) - len(rows)) <= 1


def test_a_killed_run_loses_no_row_and_can_be_resumed(here, moving_patch):
    with VideoSink("long.mp4", (240, 180), 25) as sink:
        for index in range(100):
            sink.write(moving_patch.frames[abs(index % 22 - 11)], index / 25)
    command = [sys.executable, "-m", "tracker", "track", "long.mp4", "--box", BOX, "--quiet"]
    process = subprocess.Popen([*command, "--save-csv", "out.csv", "-o", "out.mp4"])
    wait_for_rows(here / "out.csv", 30)
    process.kill()
    process.wait()
    kept = (here / "out.csv").read_text().splitlines()
    # Also in processes of their own: other tests leave this one with another number of threads.
    for outputs in (
        ("out.csv", "-o", "out.mp4", "--resume"),
        ("straight.csv", "-o", "straight.mp4"),
    ):
        subprocess.run([*command, "--save-csv", *outputs], check=True)
    assert (here / "out.csv").read_text().splitlines()[: len(kept) - 1] == kept[:-1]
    assert (here / "out.csv").read_bytes() == (here / "straight.csv").read_bytes()
    assert (here / "out.mp4").read_bytes() == (here / "straight.mp4").read_bytes()


def wait_for_rows(path, count):
    for _ in range(600):
        if path.exists() and path.read_text().count("\n") > count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} has not got {count} rows in 30 s")


def test_a_reader_that_has_seen_enough(here):
    done = subprocess.run(
        f"{sys.executable} -m tracker track clip.mp4 --box {BOX} --quiet | head -n 2",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""


def test_help_answers_at_once_without_the_heavy_packages():
    code = (
        "import sys\nfrom tracker.cli.main import main\n"
        "try: main(['track', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'cv2', 'av', 'numba', 'numpy', 'gradio', 'matplotlib'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--save-csv" in done.stdout


def test_info_says_what_is_here(capsys):
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    for name in ("torch", "opencv", "lite", "siamfc", "extension"):
        assert name in out


def test_sample_and_track_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["sample", "clip"]) == 0
    assert capsys.readouterr().out.splitlines() == ["clip/clip.mp4", "clip/groundtruth_rect.txt"]
    assert main(["sample", "clip"]) == 4
    assert "exist" in capsys.readouterr().err
    truth = "clip/groundtruth_rect.txt"
    code = run("clip/clip.mp4", "--box-file", truth, "--truth", truth, "--save-csv", "out.csv")
    assert code == 0
    text = capsys.readouterr().out
    assert float(re.search(r"overlap with the truth: ([\d.]+) over 150", text)[1]) >= 0.6
