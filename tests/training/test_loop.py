"""The loop itself: it learns, it goes on exactly where it was, it stops where it cannot go on."""

import copy
import math
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.painted import SMALL, TinyBackbone, paint_videos, untrained
from tracker.errors import DatasetError, TrainingError, WeightsError
from tracker.models import Model, load_model
from tracker.models.backbones import BACKBONES
from tracker.training.annotations import read_picture_groups
from tracker.training.augment import AugmentConfig
from tracker.training.checkpoint import (
    TrainingState,
    fresh_model,
    load_checkpoint,
    save_checkpoint,
)
from tracker.training.config import TRUNK_PARTS, TrainingConfig
from tracker.training.distributed import ProcessGroup
from tracker.training.interrupts import deferred_interrupts
from tracker.training.log import LogFile, Progress, Total, added, read_log, totals_of_batch
from tracker.training.loop import train
from tracker.training.pairs import PairConfig, PairSampler
from tracker.training.validation import tracking_score

CPU = torch.device("cpu")
QUICK = {
    "architecture": "tiny",
    "pairs": 48,
    "batch_size": 8,
    "warmup": 0,
    "freeze": 1,
    "batch_norm": "batch",
    "log_every": 16,
    "checkpoint_minutes": 0.0,
    "validate_every": 10**6,
}


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """A model of an architecture that is known in these tests only."""
    monkeypatch.setitem(BACKBONES, "tiny", TinyBackbone)
    monkeypatch.setitem(TRUNK_PARTS, "tiny", 2)
    return Model("tiny", untrained("tiny"), SMALL)


@pytest.fixture(scope="module")
def groups(tmp_path_factory):
    return read_picture_groups(paint_videos(tmp_path_factory.mktemp("data")))


PLAIN = PairConfig(
    max_shift=24.0,
    max_zoom=1.0,
    max_aspect=1.0,
    max_video_aspect=1.0,
    negatives=0.0,
    augment=AugmentConfig(
        brightness=0.0,
        contrast=0.0,
        channel_gain=0.0,
        offset=0.0,
        blur=0.0,
        grey=0.0,
        jpeg=0.0,
        occlusion=0.0,
        distractor=0.0,
    ),
)


def sampler_of(groups, config):
    return PairSampler(
        groups,
        PLAIN,
        config.seed,
        exemplar_size=SMALL.exemplar_size,
        search_size=SMALL.search_size,
        length=config.pairs,
    )


class Recorder:
    """Takes the place of the output folder."""

    def __init__(self, on_checkpoint=None):
        self.rows, self.validated, self.checkpoints = [], [], []
        self.on_checkpoint = on_checkpoint

    def validate(self, state):
        self.validated.append(state.step)
        return 0.5

    def log(self, row):
        self.rows.append(row)

    def checkpoint(self, state):
        self.checkpoints.append((state.step, copy.deepcopy(state.to_dict())))
        if self.on_checkpoint:
            self.on_checkpoint(state)


def run(model, config, groups, recorder=None, workers=0, state=None):
    state = state or TrainingState(model, config, CPU)
    train(
        state,
        config,
        sampler_of(groups, config),
        ProcessGroup(0, 1, CPU),
        recorder,
        Progress(0, config.pairs, quiet=True),
        workers,
    )
    return state


def same_tensors(one, other):
    return all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.mark.parametrize("loss", ["logistic", "contrastive", "triplet"])
def test_the_loss_falls(loss, tiny, groups):
    changes = {
        "loss": loss,
        "pairs": 240,
        "freeze": 0,
        "learning_rate": 0.01,
        "trunk_learning_rate": 1.0,
        "clip": 1e3,
    }
    recorder = Recorder()
    run(tiny, TrainingConfig(**QUICK | changes), groups, recorder)
    losses = [row["loss"] for row in recorder.rows]
    assert np.mean(losses[-5:]) < 0.85 * np.mean(losses[:2])


def test_rows_validations_and_checkpoints_come_when_they_are_due(tiny, groups):
    config = TrainingConfig(**QUICK | {"validate_every": 24})
    recorder = Recorder()
    state = run(tiny, config, groups, recorder)
    assert [row["pairs"] for row in recorder.rows] == [16, 24, 32, 48]
    assert [row["validation"] for row in recorder.rows] == [None, 0.5, None, 0.5]
    assert recorder.validated == [3, 6]
    assert [step for step, _ in recorder.checkpoints] == [1, 2, 3, 3, 4, 5, 6, 6, 6]
    assert state.step == 6
    assert set(recorder.rows[0]) == {
        "pairs",
        "seconds",
        "loss",
        "hit",
        "positive",
        "negative",
        "learning_rate",
        "validation",
    }
    assert [row["seconds"] for row in recorder.rows] == sorted(
        row["seconds"] for row in recorder.rows
    )


def test_frozen_layers_stay_and_are_freed_when_asked(tiny, groups):
    first = copy.deepcopy(tiny.network.backbone.layers[0])
    state = run(tiny, TrainingConfig(**QUICK | {"pairs": 16}), groups)
    assert same_tensors(state.network.backbone.layers[0].state_dict(), first.state_dict())
    config = TrainingConfig(**QUICK | {"pairs": 16, "unfreeze_at": 0.5})
    state = run(tiny, config, groups)
    assert not same_tensors(state.network.backbone.layers[0].state_dict(), first.state_dict())


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_the_pairs_is_one_sentence(tiny, groups, tmp_path, workers):
    (track,) = groups[0].tracks[:1]
    absent = replace(
        groups[0],
        tracks=(tuple(replace(view, picture=tmp_path / "absent.png") for view in track),),
    )
    with pytest.raises(DatasetError) as raised:
        run(tiny, TrainingConfig(**QUICK), [absent], workers=workers)
    assert "absent.png" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_workers_change_nothing(tiny, groups):
    config = TrainingConfig(**QUICK | {"pairs": 16})
    alone = run(copy.deepcopy(tiny), config, groups)
    helped = run(tiny, config, groups, workers=2)
    assert same_tensors(alone.network.state_dict(), helped.network.state_dict())


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_from_any_checkpoint_on_the_end_is_the_same(optimizer, tiny, groups, tmp_path):
    """Also in the middle of a row of the log, and when the frozen part is freed in between."""
    config = TrainingConfig(**QUICK | {"optimizer": optimizer, "unfreeze_at": 0.7})
    path = tmp_path / "checkpoint.pt"
    keep = Recorder(lambda state: state.step == 3 and save_checkpoint(path, state, {"note": "x"}))
    unbroken = run(tiny, config, groups, keep)

    values = load_checkpoint(path)
    assert values["note"] == "x"
    state = TrainingState(fresh_model(values, config), config, CPU)
    state.restore(values["state"])
    assert state.step == 3
    again = Recorder()
    run(None, config, groups, again, state=state)
    assert same_tensors(unbroken.network.state_dict(), state.network.state_dict())
    assert same_tensors(unbroken.average.state_dict(), state.average.state_dict())
    without_time = [{**row, "seconds": 0} for row in keep.rows]
    assert [{**row, "seconds": 0} for row in again.rows] == without_time[1:]
    assert state.averaged_model().config == SMALL


def test_a_loss_that_is_no_number_stops_before_the_step(tiny, groups):
    config = TrainingConfig(**QUICK | {"learning_rate": 1e30, "clip": 1e30})
    recorder = Recorder()
    with pytest.raises(TrainingError, match="a finite loss and gradient"):
        run(tiny, config, groups, recorder)
    assert recorder.checkpoints


def test_an_interrupt_ends_after_a_checkpoint(tiny, groups):
    recorder = Recorder(lambda state: state.step == 2 and signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        run(tiny, TrainingConfig(**QUICK), groups, recorder)
    assert recorder.checkpoints[-1][0] == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_interrupt_acts_at_once():
    with pytest.raises(KeyboardInterrupt), deferred_interrupts() as came:  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        assert came()
        signal.raise_signal(signal.SIGINT)


def test_outside_the_main_thread_signals_are_left_alone():
    seen = []

    def use():
        with deferred_interrupts() as came:
            seen.append(came())

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert seen == [False]


@pytest.mark.parametrize("content", [b"", b"no checkpoint", None])
def test_what_is_no_checkpoint_is_refused(content, tmp_path):
    path = tmp_path / "checkpoint.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match="checkpoint"):
        load_checkpoint(path)


def test_a_checkpoint_cut_short_or_of_another_kind_is_refused(tmp_path, tiny):
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, TrainingState(tiny, TrainingConfig(**QUICK), CPU), {})
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(WeightsError, match="cannot be read as a checkpoint"):
        load_checkpoint(path)
    torch.save({"step": 1}, path)
    with pytest.raises(WeightsError, match="of format tracker-checkpoint-1"):
        load_checkpoint(path)


def test_a_failed_write_keeps_the_old_checkpoint(tmp_path, tiny, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    state = TrainingState(tiny, TrainingConfig(**QUICK), CPU)
    save_checkpoint(path, state, {"note": "old"})

    def fail(values, file):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(path, state, {"note": "new"})
    assert load_checkpoint(path)["note"] == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_means_leave_out_what_was_not_measured():
    nan = math.nan
    batches = [
        totals_of_batch(torch.tensor(2.0), {"hit": torch.tensor([1.0, nan, 0.0])}),
        totals_of_batch(torch.tensor(5.0), {"hit": torch.tensor([nan])}),
    ]
    totals = {}
    for batch in batches:
        totals = added(totals, {name: Total(*each.tolist()) for name, each in batch.items()})
    assert totals["loss"].mean == pytest.approx((3 * 2 + 5) / 4)
    assert totals["hit"].mean == pytest.approx(0.5)
    assert math.isnan(Total(0, 0).mean)


def test_a_resumed_log_drops_later_and_torn_rows(tmp_path):
    path = tmp_path / "log.csv"
    log = LogFile(path, keep_until=0)
    for pairs in (1_000_000, 2_000_000, 3_000_000):
        log.write({"pairs": pairs, "loss": 1 / 3, "validation": None})
    with path.open("a") as file:
        file.write("4000000,0.")
    assert len(read_log(path)) == 3
    LogFile(path, keep_until=2_000_000).write({"pairs": 2_500_000, "loss": 0.25, "validation": 0.5})
    assert path.read_text().splitlines() == [
        "pairs,loss,validation",
        "1000000,0.333333,",
        "2000000,0.333333,",
        "2500000,0.25,0.5",
    ]


def test_the_tracking_score_is_high_on_what_is_easy_and_nan_on_nothing(groups):
    model = load_model("lite")
    assert tracking_score(model, groups) > 0.6
    blank = copy.deepcopy(model.network)
    for weight in blank.parameters():
        weight.data.zero_()
    assert tracking_score(Model("lite", blank, model.config), groups) < 0.6
    assert math.isnan(tracking_score(model, []))
