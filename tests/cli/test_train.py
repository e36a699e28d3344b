"""The command ``tracker train``: outputs, wrong usages, kill and resume, two processes."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from safetensors import safe_open

from tests.training.painted import paint_videos, write_small_lite
from tracker.cli.main import main
from tracker.models import load_model
from tracker.plotting import can_plot
from tracker.training.checkpoint import load_checkpoint
from tracker.training.log import read_log
from tracker.training.recipe import read_recipe

RECIPE = """
[training]
init = "small.safetensors"
loss = "logistic"
optimizer = "sgd"
pairs = 24
batch_size = 4
warmup = 0
learning_rate = 1e-3
trunk_learning_rate = 1.0
freeze = 8
log_every = 8
checkpoint_minutes = 0
hold_out_every = 3
[pairs]
max_shift = 24
"""
QUICK = ["--recipe", "quick.toml", "--threads", "1", "--device", "cpu", "--workers", "0"]


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("painted")
    paint_videos(folder / "data")
    write_small_lite(folder / "small.safetensors")
    (folder / "quick.toml").write_text(RECIPE)
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch, painted):
    """A working folder with the folder ``data``, ``quick.toml`` and ``small.safetensors``."""
    monkeypatch.chdir(tmp_path)
    for name in ("data", "quick.toml", "small.safetensors"):
        (tmp_path / name).symlink_to(painted / name)
    return tmp_path


@pytest.fixture(scope="module")
def unbroken(painted):
    """The folder of an uninterrupted training, and the lines that it printed."""
    done = start("--data", "data", "-o", "out", *QUICK, cwd=painted)
    out, err = done.communicate(timeout=250)
    assert done.returncode == 0, err
    assert err == ""
    return painted / "out", out.splitlines()


def run(*arguments):
    try:
        return main(["train", *map(str, arguments)])
    except SystemExit as error:  # argparse
        return error.code


def start(*arguments, launcher=("-m", "tracker", "train"), cwd=None):
    return subprocess.Popen(
        [sys.executable, *launcher, *map(str, arguments)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def weights_of(folder):
    return load_model(folder / "weights.safetensors").network.state_dict()


@pytest.mark.slow
def test_one_training_from_data_to_weights(unbroken):
    folder, lines = unbroken
    assert lines[0].startswith("8 of 24 pairs  seconds ")
    assert "  loss " in lines[0]
    assert "  validation " in lines[2]
    assert lines[3:] == ["wrote out"]

    names = {path.name for path in folder.iterdir()}
    assert names - {"curves.png"} == {
        "weights.safetensors",
        "checkpoint.pt",
        "log.csv",
        "recipe.toml",
    }
    assert ("curves.png" in names) == can_plot()
    rows = read_log(folder / "log.csv")
    assert [row["pairs"] for row in rows] == ["8", "16", "24"]
    assert 0 < float(rows[-1]["validation"]) <= 1
    recipe = read_recipe(str(folder / "recipe.toml"))
    assert recipe["training"]["init"] == "small.safetensors"

    with safe_open(folder / "weights.safetensors", "pt") as file:
        about = file.metadata()
    assert about["training"].startswith("24 of 24 pairs")
    assert about["data"].startswith("3 tracks of videos, 15 boxes in 1 groups (SHA-256 ")
    assert "learning_rate = 0.001" in about["recipe"]
    assert about["validation"].startswith("mean overlap 0.")
    model = load_model(folder / "weights.safetensors")
    assert model.config.search_size == 127  # the settings of the tracker travel along


@pytest.mark.slow
def test_a_finished_training_is_kept_and_goes_on_only_as_it_was(unbroken, capsys, monkeypatch):
    monkeypatch.chdir(unbroken[0].parent)
    before = weights_of(unbroken[0])
    assert run("--data", "data", "-o", "out", *QUICK) == 4
    assert "exists; give --resume or --overwrite" in capsys.readouterr().err
    assert run("--data", "data", "-o", "out", "--resume", "--loss", "triplet") == 2
    assert 'training.loss: "logistic", "triplet"' in capsys.readouterr().err
    paint_videos(unbroken[0].parent / "other", frames=4)
    assert run("--data", "other", "-o", "out", "--resume") == 2
    assert "was trained on 3 tracks of videos, 15 boxes" in capsys.readouterr().err
    assert run("--data", "data", "-o", "out", "--resume", "--quiet", "--device", "cpu") == 0
    assert capsys.readouterr().out == ""
    after = weights_of(unbroken[0])
    assert all(torch.equal(value, after[name]) for name, value in before.items())


@pytest.mark.slow
def test_killed_and_resumed_is_bit_by_bit_the_unbroken_training(unbroken, here):
    process = start("--data", "data", "-o", "out", *QUICK)
    wait_for_rows(here / "out" / "log.csv", 1, process)
    process.kill()
    process.communicate()
    assert len(read_log(here / "out" / "log.csv")) < 3
    resumed = start(
        "--data", "data", "-o", "out", "--resume", "--threads", 1, "--workers", 1, "--device", "cpu"
    )
    assert resumed.communicate(timeout=250)[1] == ""

    expected, got = weights_of(unbroken[0]), weights_of(here / "out")
    assert all(torch.equal(value, got[name]) for name, value in expected.items())
    rows = [read_log(folder / "log.csv") for folder in (unbroken[0], here / "out")]
    for row in rows[0] + rows[1]:
        del row["seconds"]
    assert rows[0] == rows[1]


@pytest.mark.slow
def test_an_interrupted_training_can_go_on(here):
    process = start("--data", "data", "-o", "out", *QUICK, "--pairs", 4000, "--workers", 1)
    wait_for_rows(here / "out" / "log.csv", 1, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=100)
    assert process.returncode == 130
    assert err.strip() == "tracker: interrupted; the results so far are kept"
    assert (here / "out" / "weights.safetensors").is_file()
    pairs = load_checkpoint(here / "out" / "checkpoint.pt")["state"]["step"] * 4
    assert pairs >= int(read_log(here / "out" / "log.csv")[-1]["pairs"])


@pytest.mark.slow
@pytest.mark.skipif(not torch.distributed.is_available(), reason="PyTorch without processes")
def test_two_processes_train_as_one_with_the_whole_batch(unbroken, here, painted):
    """Their sums are made in another order, so the last digits differ, and no more."""
    together = start(
        "--data",
        "data",
        "-o",
        "out",
        *QUICK,
        "--quiet",
        launcher=(
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc-per-node",
            "2",
            "-m",
            "tracker",
            "train",
        ),
    )
    out, err = together.communicate(timeout=250)
    assert together.returncode == 0, err
    assert out == ""
    before = load_model(painted / "small.safetensors").network.state_dict()
    one, two = weights_of(unbroken[0]), weights_of(here / "out")
    moved = max((value - before[name]).abs().max() for name, value in one.items())
    apart = max((value - two[name]).abs().max() for name, value in one.items())
    assert moved > 1e-3
    assert apart < 1e-4 * moved
    rows = [read_log(folder / "log.csv") for folder in (unbroken[0], here / "out")]
    assert [float(row["loss"]) for row in rows[0]] == pytest.approx(
        [float(row["loss"]) for row in rows[1]], rel=1e-4
    )


def test_where_nothing_is_left_to_train_it_says_so(here, capsys):
    code = run(
        "--data",
        "data",
        "-o",
        "out",
        *QUICK,
        "--loss",
        "triplet",
        "--set",
        "training.freeze=11",
        "--quiet",
    )
    assert code == 2
    assert "nothing is left that the loss triplet could train" in capsys.readouterr().err


def wait_for_rows(path, count, process):
    for _ in range(2000):
        if len(read_log(path)) >= count:
            return
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    raise AssertionError(f"{path} has not got {count} rows in 100 s")


WRONG = [
    ((), 2, "--data"),
    (("--data", "data"), 2, "--output"),
    (("--data", "none", "-o", "out"), 2, "no folder none"),
    (("--data", "empty", "-o", "out"), 2, "videos, stills"),
    (("--data", "data", "-o", "out", "--recipe", "nosuch"), 2, "lite, siamfc; got 'nosuch'"),
    (("--data", "data", "-o", "out", "--recipe", "bad.toml"), 2, "bad.toml: not a TOML file"),
    (("--data", "data", "-o", "out", "--recipe", "odd.toml"), 2, "unknown setting 'speed'"),
    (("--data", "data", "-o", "out", "--loss", "hinge"), 2, "got 'hinge'"),
    (("--data", "data", "-o", "out", "--set", "clip=3"), 2, "expected TABLE.SETTING=VALUE"),
    (("--data", "data", "-o", "out", "--set", "training.speed=3"), 2, "unknown setting 'speed'"),
    (("--data", "data", "-o", "out", "--set", "training.clip=-3"), 2, "clip must be above 0"),
    (("--data", "data", "-o", "out", "--pairs", "0"), 2, "--pairs"),
    (("--data", "data", "-o", "out", "--pairs", "3"), 2, "at least the batch size"),
    (("--data", "data", "-o", "out", "--learning-rate", "fast"), 2, "--learning-rate"),
    (("--data", "data", "-o", "out", "--workers", "-1"), 2, "--workers"),
    (("--data", "data", "-o", "out", "--threads", "0"), 2, "--threads"),
    (("--data", "data", "-o", "out", "--init", "none"), 2, "got 'none'"),
    (
        ("--data", "data", "-o", "out", "--recipe", "siamfc", "--init", "lite"),
        2,
        "expected weights of architecture siamfc; lite has lite",
    ),
    (
        ("--data", "data", "-o", "out", "--recipe", "siamfc", "--loss", "box"),
        2,
        "setting architecture must be lite for box, got 'siamfc'",
    ),
    (
        ("--data", "data", "-o", "out", "--recipe", "siamfc", "--set", "tracker.box_lr=0.4"),
        2,
        "setting box_lr must be 0 for siamfc",
    ),
    (
        ("--data", "data", "-o", "out", "--recipe", "siamfc", "--init", "imagenet"),
        2,
        'setting init must not be "imagenet"',
    ),
    (("--data", "data", "-o", "out", "--device", "tpu"), 2, "expected a device"),
    (("--data", "data", "-o", "out", "--resume", "--overwrite"), 2, "not allowed with"),
    (("--data", "data", "-o", "out", "--resume"), 4, "there is no checkpoint.pt to go on from"),
    (("--data", "data", "-o", "full"), 4, "full/weights.safetensors: it exists"),
    (("--data", "data", "-o", "full", "--resume"), 2, "cannot be read as a checkpoint"),
    (("--data", "data", "-o", "bad.toml"), 4, "bad.toml is a file"),
    (("--data", "data", "-o", "out", "--set", "pairs.max_shift=200"), 2, "max_shift"),
    (("--data", "data", "-o", "out", "--set", "pairs.weights={x=1}"), 2, "x"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG)
def test_a_wrong_usage_gets_one_line_and_writes_nothing(arguments, code, message, here, capsys):
    (here / "empty").mkdir()
    (here / "full").mkdir()
    (here / "full" / "weights.safetensors").write_text("precious")
    (here / "full" / "checkpoint.pt").write_text("precious")
    (here / "bad.toml").write_text("[training\n")
    (here / "odd.toml").write_text("[training]\nspeed = 3\n")
    before = sorted(here.rglob("*"))
    assert run(*arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("tracker")
    assert message in lines[0]
    assert sorted(here.rglob("*")) == before
    assert (here / "full" / "weights.safetensors").read_text() == "precious"


def test_help_answers_at_once_and_says_what_the_folder_holds():
    code = (
        "import sys\nfrom tracker.cli.main import main\n"
        "try: main(['train', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'cv2', 'av', 'numba', 'numpy', 'matplotlib'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "videos/<group>/boxes.csv            header clip,frame,track,x,y,w,h" in done.stdout
