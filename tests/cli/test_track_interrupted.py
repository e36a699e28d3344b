"""Runs of ``tracker track`` that are stopped, killed or piped away, and their continuation."""

import json
import signal
import subprocess
import sys
import time

import av
import pytest

from tests.cli.commands import BOX, track
from tracker.formats import read_csv
from tracker.video import VideoSink


@pytest.mark.parametrize("objects", [1, 2])
@pytest.mark.parametrize("cut", [0, 3, 40, 200, 500])
def test_a_resumed_run_writes_the_same_bytes(clip_folder, objects, cut):
    boxes = ["--box", BOX, *(["--box", "10.123456,10,40,30"] if objects == 2 else [])]
    # Frame 2, as the exemplar is refined 8 frames after a start and the clip has 12.
    reinit = ["--reinit", f"2:{BOX}"] if objects == 1 else []
    outputs = ["--save-csv", "out.csv", "--save-json", "out.json", "-o", "out.mp4"]
    assert track("clip.mp4", *boxes, *reinit, *outputs) == 0
    names = ["out.csv", "out.json", "out.mp4"]
    whole = [(clip_folder / name).read_bytes() for name in names]
    (clip_folder / "out.csv").write_bytes(whole[0][:cut] if cut else b"")
    (clip_folder / "out.json").unlink()
    assert track("clip.mp4", *boxes, *reinit, *outputs, "--resume") == 0
    assert [(clip_folder / name).read_bytes() for name in names] == whole


def test_resume_without_an_earlier_run_is_a_run(clip_folder):
    assert track("clip.mp4", "--box", BOX, "--save-csv", "out.csv", "--resume") == 0
    assert len(read_csv("out.csv")) == 12


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--box", "10,10,40,30"), "another first frame or box"),
        (("--box", BOX, "--box", "10,10,40,30"), "another number of objects"),
        (("--box", BOX, "--stride", "2"), "another frame or time after row 1"),
        (("--box", BOX, "--end", "4"), "another end: it goes on to frame 7"),
    ],
)
def test_the_rows_of_another_run_are_not_continued(options, message, clip_folder, capsys):
    track("clip.mp4", "--box", BOX, "--end", "8", "--save-csv", "out.csv", "--quiet")
    before = (clip_folder / "out.csv").read_bytes()
    assert track("clip.mp4", *options, "--save-csv", "out.csv", "--resume") == 4
    assert message in capsys.readouterr().err
    assert (clip_folder / "out.csv").read_bytes() == before


def test_a_run_with_other_settings_is_not_continued(clip_folder, capsys):
    command = ["clip.mp4", "--box", BOX, "--save-csv", "out.csv", "--quiet"]
    assert track(*command, "--end", "8") == 0
    before = (clip_folder / "out.csv").read_bytes()
    assert track(*command, "--resume", "--set", "scale_lr=0", "--set", "box_lr=0") == 4
    assert "another model, settings, source or device: frame 1" in capsys.readouterr().err
    assert (clip_folder / "out.csv").read_bytes() == before


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_its_results(clip_folder, stop, moving_patch):
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
    wait_for_rows(clip_folder / "out.csv", 20)
    process.send_signal(stop)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == "tracker: interrupted; the results so far are kept"
    assert "wrote out.csv" in out
    rows = read_csv("out.csv")
    assert len(rows) >= 20
    assert len(json.loads((clip_folder / "out.json").read_text())["results"]) == len(rows)
    with av.open("out.mp4") as video:
        assert abs(sum(1 for _ in video.decode(video=0)) - len(rows)) <= 1


def test_a_killed_run_loses_no_row_and_can_be_resumed(clip_folder, moving_patch):
    with VideoSink("long.mp4", (240, 180), 25) as sink:
        for index in range(100):
            sink.write(moving_patch.frames[abs(index % 22 - 11)], index / 25)
    command = [sys.executable, "-m", "tracker", "track", "long.mp4", "--box", BOX, "--quiet"]
    process = subprocess.Popen([*command, "--save-csv", "out.csv", "-o", "out.mp4"])
    wait_for_rows(clip_folder / "out.csv", 30)
    process.kill()
    process.wait()
    kept = (clip_folder / "out.csv").read_text().splitlines()
    # Also in processes of their own: other tests leave this one with another number of threads.
    for outputs in (
        ("out.csv", "-o", "out.mp4", "--resume"),
        ("straight.csv", "-o", "straight.mp4"),
    ):
        subprocess.run([*command, "--save-csv", *outputs], check=True)
    assert (clip_folder / "out.csv").read_text().splitlines()[: len(kept) - 1] == kept[:-1]
    assert (clip_folder / "out.csv").read_bytes() == (clip_folder / "straight.csv").read_bytes()
    assert (clip_folder / "out.mp4").read_bytes() == (clip_folder / "straight.mp4").read_bytes()


def wait_for_rows(path, count):
    for _ in range(600):
        if path.exists() and path.read_text().count("\n") > count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} has not got {count} rows in 30 s")


def test_a_reader_that_has_seen_enough(clip_folder):
    done = subprocess.run(
        f"{sys.executable} -m tracker track clip.mp4 --box {BOX} --quiet | head -n 2",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""
