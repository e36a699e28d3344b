"""``tracker benchmark`` as a user meets it: reports, exit codes, interruption and going on."""

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import pytest

from tracker.boxes import overlap
from tracker.cli.main import main

STATIC, DRIFTING, SLOW = (f"tests.small_trackers:{name}" for name in ("Static", "Drifting", "Slow"))
REPORTS = [
    "precision.png",
    "precision.svg",
    "report.json",
    "report.md",
    "success.png",
    "success.svg",
    "worst.md",
]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty working folder; no process is left behind."""
    before = multiprocessing.active_children()
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert set(multiprocessing.active_children()) <= set(before)


def run(*arguments):
    try:
        return main(["benchmark", *map(str, arguments)])
    except SystemExit as error:  # argparse
        return error.code


def figures(folder="out"):
    """The report without what differs between two runs of the same: speed and command."""
    report = json.loads(Path(folder, "report.json").read_text())
    for entry in report.values():
        del entry["fps"], entry["about"]
        for sequence in entry["sequences"].values():
            del sequence["fps"]
    return report


def write_flat(folder, **rows):
    """``<name>.txt`` with so many boxes at the same place."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, count in rows.items():
        Path(folder, f"{name}.txt").write_text("11,21,30,20\n" * count)


def test_trackers_and_results_side_by_side(three_clips, here, capsys):
    assert run(three_clips, "--tracker", DRIFTING, "-o", "theirs", "--quiet") == 0
    capsys.readouterr()
    code = run(
        three_clips,
        "--tracker",
        STATIC,
        "--tracker",
        "results:theirs/Drifting",
        "--jobs",
        2,
        "-o",
        "out",
    )
    assert code == 0
    captured = capsys.readouterr()
    table = captured.out.splitlines()
    assert [line.split()[0] for line in table[:3]] == ["tracker", "Drifting", "Static"]
    assert table[3:] == ["wrote out/report.json", "wrote out/report.md"]
    assert captured.err == ""  # no progress bar where there is no terminal
    assert sorted(path.name for path in (here / "out").iterdir() if path.is_file()) == REPORTS
    report = figures()
    assert report["Drifting"] == figures("theirs")["Drifting"]
    assert list(report["Static"]["sequences"]) == ["Alpha", "Beta", "Gamma"]
    rows = (here / "out" / "Static" / "Alpha.txt").read_text().splitlines()
    assert rows == ["41.0000,51.0000,44.0000,36.0000"] * 9
    about = json.loads((here / "out" / "report.json").read_text())["Static"]["about"]
    assert about["data set"] == "otb, 3 sequences, 27 frames"
    assert "2 at a time, threads of each: 1" in about["speed"]
    assert (about["protocol"], about["policy"]) == ("OPE", "otb")


def test_got10k_adds_its_own_protocol(moving_patch, here, capsys):
    """The first frame and the hidden ones do not count; a tracker that stays has known overlaps."""
    folder = here / "GOT-10k" / "Patch"
    folder.mkdir(parents=True)
    for number, frame in enumerate(moving_patch.frames, start=1):
        cv2.imwrite(str(folder / f"{number:08}.jpg"), frame[..., ::-1])
    rows = [f"{x + 1},{y + 1},{w},{h}" for x, y, w, h in moving_patch.boxes]
    (folder / "groundtruth.txt").write_text("\n".join(rows))
    absent = [0] * 9 + [1] * 3
    (folder / "absence.label").write_text("\n".join(map(str, absent)))
    (folder / "cover.label").write_text("\n".join("0" if gone else "8" for gone in absent))
    (folder.parent / "list.txt").write_text("Patch\n")
    assert run(folder.parent, "--dataset", "got10k", "--tracker", STATIC, "-o", "out") == 0
    shares = overlap(moving_patch.boxes[0], moving_patch.boxes[1:9])
    expected = {"ao": shares.mean(), "sr50": (shares > 0.5).mean(), "sr75": (shares > 0.75).mean()}
    entry = json.loads(Path("out/report.json").read_text())["Static"]
    assert entry["got10k"] == pytest.approx({**expected, "frames": 8})
    row = f"| Static | {expected['ao']:.4f} |"
    assert row in capsys.readouterr().out
    assert row in Path("out/report.md").read_text()


def test_the_default_is_our_model_and_two_jobs_give_what_one_gives(three_clips, here):
    arguments = [three_clips, "--sequences", "alpha,beta", "--device", "cpu"]
    assert run(*arguments, "-o", "one") == 0
    assert run(*arguments, "-o", "two", "--jobs", 2) == 0
    report = figures("one")
    assert list(report) == ["lite"]
    assert list(report["lite"]["sequences"]) == ["Alpha", "Beta"]
    assert report["lite"]["success_auc"] > 0.6
    assert figures("two") == report
    for name in ("Alpha.txt", "Beta.txt"):
        assert (here / "two/lite" / name).read_text() == (here / "one/lite" / name).read_text()


def test_failures_are_named_and_the_rest_is_scored(three_clips, here, capsys):
    code = run(
        three_clips,
        "--tracker",
        "tests.small_trackers:Hanging",
        "--tracker",
        "tests.small_trackers:Raising",
        "--step-seconds",
        1,
        "-o",
        "out",
    )
    assert code == 1
    assert capsys.readouterr().err.splitlines() == [
        "tracker: Hanging failed on Beta: Beta: no answer within 1 s after 3 frames",
        "tracker: Raising failed on Beta: Beta: ValueError: I do not like this frame",
    ]
    report = figures()
    for name in ("Hanging", "Raising"):
        assert list(report[name]["sequences"]) == ["Alpha", "Gamma"]
        assert list(report[name]["failures"]) == ["Beta"]


def test_a_failed_run_is_tried_again_on_resume(three_clips, here):
    arguments = [three_clips, "--tracker", "tests.small_trackers:Raising", "-o", "out"]
    assert run(*arguments) == 1
    kept = here / "out" / "Raising" / "Alpha.txt"
    before = kept.stat().st_mtime_ns
    assert run(*arguments, "--resume") == 1
    assert kept.stat().st_mtime_ns == before


def test_no_tracker_gets_through(three_clips, here, capsys):
    code = run(
        three_clips, "--tracker", "tests.small_trackers:Raising", "--sequences", "Beta", "-o", "out"
    )
    assert code == 1
    assert figures()["Raising"]["success_auc"] is None
    assert "Raising" in capsys.readouterr().out


def test_results_on_a_flat_folder(here, capsys):
    write_flat("truth", Tiger1=354, Deer=71, **{"Jogging.1": 307})
    write_flat("Theirs", tiger1=349, Jogging_1=307)
    code = run("truth", "--tracker", "results:Theirs", "-o", "out")
    assert code == 1
    report = figures()["Theirs"]
    assert list(report["sequences"]) == ["Jogging-1", "Tiger1"]
    assert report["sequences"]["Tiger1"]["frames"] == 349
    assert report["success_auc"] == pytest.approx(20 / 21)
    assert "Theirs failed on Deer: expected one result file for Deer" in capsys.readouterr().err


def test_results_need_no_output(here, capsys):
    write_flat("truth", Deer=71)
    write_flat("Theirs", Deer=71)
    assert run("truth", "--tracker", "results:Theirs") == 0
    assert re.search(r"Theirs +0\.9524 +1\.0000", capsys.readouterr().out)
    assert sorted(os.listdir()) == ["Theirs", "truth"]


def test_only_sequences_with_an_attribute(here, capsys):
    write_flat("truth", Deer=71, Dog=127)
    write_flat("Theirs", Deer=71, Dog=127)
    arguments = ["truth", "--tracker", "results:Theirs", "-o", "out", "--attribute"]
    assert run(*arguments, "MB") == 0
    assert list(figures()["Theirs"]["sequences"]) == ["Deer"]
    capsys.readouterr()
    assert run(*arguments, "XX") == 2
    assert re.fullmatch(
        r"tracker: expected an attribute out of [A-Z, ]+; got 'XX'\n", capsys.readouterr().err
    )


def test_explain_prints_what_each_convention_is_worth(here, capsys):
    write_flat("truth", Deer=71)
    write_flat("Theirs", Deer=71)
    assert run("truth", "--tracker", "results:Theirs", "--explain") == 0
    out = capsys.readouterr().out
    assert "Theirs, 1 sequences" in out
    assert re.search(r"overlap >= threshold instead of > +1\.0000 \+0\.0476 +1\.0000", out)


def test_sre_through_the_command(three_clips, here):
    code = run(
        three_clips, "--tracker", STATIC, "--sequences", "Alpha", "--protocol", "sre", "-o", "out"
    )
    assert code == 0
    assert len(list((here / "out" / "Static").glob("Alpha.*.txt"))) == 12
    assert figures()["Static"]["sequences"]["Alpha"]["frames"] == 12 * 9


def test_a_plain_folder_of_ones_own(three_clips, here):
    code = run(three_clips / "Alpha", "--dataset", "folder", "--tracker", STATIC, "-o", "out")
    assert code == 0
    assert list(figures()["Static"]["sequences"]) == ["Alpha"]


def test_settings_are_those_of_our_models_only(three_clips, here):
    """In the child processes too: a frozen size is in every box; the other trackers are as ever."""
    trackers = ["--tracker", "lite", "--tracker", STATIC, "--sequences", "Alpha,Beta"]
    frozen = ["--set", "scale_lr=0", "--set", "box_lr=0", "--jobs", 2]
    assert run(three_clips, *trackers, *frozen, "--device", "cpu", "-o", "out") == 0
    for name in ("Alpha", "Beta"):
        rows = (here / "out/lite" / f"{name}.txt").read_text().splitlines()
        assert {row.split(",", 2)[2] for row in rows} == {"44.0000,36.0000"}
    report = json.loads((here / "out/report.json").read_text())
    assert report["lite"]["about"]["settings"] == "scale_lr=0.0, box_lr=0.0, in our models"
    assert "scale_lr=0.0, box_lr=0.0" in (here / "out/report.md").read_text()
    assert run(three_clips, *trackers[2:], "-o", "static") == 0
    assert figures("static")["Static"] == figures("out")["Static"]
    assert "settings" not in json.loads(Path("static/report.json").read_text())["Static"]["about"]


WRONG = [
    # arguments after the root, exit code, what the one line says
    (("--tracker", "magic", "-o", "out"), 2, "weights file or one of default.*got 'magic'"),
    (("--tracker", "opencv-magic", "-o", "out"), 2, "got opencv-magic"),
    (("--tracker", "no_such:Class", "-o", "out"), 2, "No module named 'no_such'"),
    (
        ("--tracker", "tests.small_trackers:No", "-o", "out"),
        2,
        "cannot make tests.small_trackers:No",
    ),
    (("--tracker", "results:nowhere"), 2, "no folder nowhere with results"),
    (("--tracker", STATIC, "--tracker", STATIC, "-o", "out"), 2, "'Static' is there twice"),
    (("--dataset", "magic", "--tracker", STATIC, "-o", "out"), 2, "magic"),
    (("--sequences", "Delta", "--tracker", STATIC, "-o", "out"), 2, "no sequence Delta"),
    (("--attribute", "OCC", "--tracker", STATIC, "-o", "out"), 2, "out of none here; got 'OCC'"),
    (("--protocol", "vot"), 2, "invalid choice: 'vot'"),
    (("--policy", "vot"), 2, "invalid choice: 'vot'"),
    (("--set", "lost_doubt=-1", "-o", "out"), 2, "lost_doubt must be above 0, got -1"),
    (("--set", "patience=3", "-o", "out"), 2, "unknown setting 'patience'"),
    (("--set", "search_size=99", "-o", "out"), 2, "setting search_size must be"),
    (("--jobs", "0"), 2, "whole number, at least 1; got '0'"),
    (("--threads", "two"), 2, "whole number, at least 1; got 'two'"),
    (("--tracker", STATIC), 4, "expected -o DIR"),
    (("--tracker", STATIC, "-o", "old"), 4, "results in old/Static; go on with --resume"),
    (("--tracker", STATIC, "-o", "old/a_file"), 4, "could not write"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG)
def test_a_wrong_usage_gets_one_line(arguments, code, message, three_clips, here, capsys):
    (here / "old" / "Static").mkdir(parents=True)
    (here / "old" / "a_file").touch()
    before = sorted(here.rglob("*"))
    assert run(three_clips, *arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("tracker")
    assert re.search(message, line)
    assert sorted(here.rglob("*")) == before


def test_csrt_names_the_package_that_has_it(three_clips, monkeypatch, capsys):
    monkeypatch.delattr("cv2.TrackerCSRT", raising=False)
    assert run(three_clips, "--tracker", "opencv-csrt", "-o", "out") == 2
    assert "opencv-contrib-python" in capsys.readouterr().err


def start_slow(three_clips, **options):
    """Start the command in a process group of its own; return once one run is finished."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tracker",
            "benchmark",
            three_clips,
            "--tracker",
            SLOW,
            "--jobs",
            "2",
            "-o",
            "out",
        ],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: Path("out/Slow/Alpha.txt").exists() or Path("out/Slow/Beta.txt").exists())
    return process


def wait_until(holds, seconds=30):
    for _ in range(seconds * 50):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError(f"this did not come true within {seconds} s")


def is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def finished():
    return {path: path.stat().st_mtime_ns for path in Path("out/Slow").glob("*.txt")}


def test_a_killed_benchmark_goes_on_to_the_same_report(three_clips):
    process = start_slow(three_clips)
    process.kill()
    process.communicate()
    wait_until(lambda: is_gone(process.pid))
    kept = finished()
    assert 1 <= len(kept) < 3
    assert not Path("out/report.json").exists()
    assert run(three_clips, "--tracker", SLOW, "-o", "out") == 4
    assert run(three_clips, "--tracker", SLOW, "-o", "out", "--resume") == 0
    assert kept.items() <= finished().items()
    assert run(three_clips, "--tracker", SLOW, "-o", "straight") == 0
    assert figures("out") == figures("straight")


@pytest.mark.parametrize("to_all", [False, True])
def test_an_interrupted_benchmark_keeps_the_finished_runs(three_clips, to_all):
    process = start_slow(three_clips)
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert (out, err) == ("", "tracker: interrupted; the results so far are kept\n")
    wait_until(lambda: is_gone(process.pid))
    assert 1 <= len(finished()) < 3


def test_published_results_of_siamfc(otb_data, capsys):
    reference = otb_data.parent / "otb_reference"
    if not reference.is_dir():
        pytest.skip(f"the published result files are not here: no folder {reference}")
    results = reference / "results" / "SiamFC-3s"
    truth = reference / "groundtruth"
    for subset, expected in (("otb100", "0.5821 +0.7705"), ("otb2013", "0.6073 +0.8093")):
        code = run(truth, "--dataset", subset, "--tracker", f"results:{results}", "--explain")
        assert code == 0
        out = capsys.readouterr().out
        assert re.search(rf"SiamFC-3s +{expected}", out)
    assert re.search(r"first frame not counted +0\.6059", out)


def test_the_script_does_the_same():
    script = Path(__file__).parents[2] / "benchmarks" / "ope.py"
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert "usage: tracker benchmark" in done.stdout
