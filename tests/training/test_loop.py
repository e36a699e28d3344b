"""The loop: it learns, it continues exactly where it stopped, it stops where it cannot go on."""

import copy
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.painted import SMALL
from tests.training.pair_settings import CLEAN
from tracker.errors import DatasetError, TrainingError
from tracker.training.checkpoint import (
    TrainingState,
    fresh_model,
    load_checkpoint,
    save_checkpoint,
)
from tracker.training.config import TrainingConfig
from tracker.training.distributed import ProcessGroup
from tracker.training.log import Progress
from tracker.training.loop import train
from tracker.training.pairs import PairConfig, PairSampler

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
PLAIN = PairConfig(
    max_shift=24.0,
    max_zoom=1.0,
    max_aspect=1.0,
    max_video_aspect=1.0,
    negatives=0.0,
    augment=CLEAN,
)


def sampler_of(patch_groups, config):
    return PairSampler(
        patch_groups,
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


def run(model, config, patch_groups, recorder=None, workers=0, state=None):
    state = state or TrainingState(model, config, CPU)
    train(
        state,
        config,
        sampler_of(patch_groups, config),
        ProcessGroup(0, 1, CPU),
        recorder,
        Progress(0, config.pairs, quiet=True),
        workers,
    )
    return state


def same_tensors(one, other):
    return all(torch.equal(value, other[name]) for name, value in one.items())


@pytest.mark.parametrize("loss", ["logistic", "contrastive", "triplet"])
def test_the_loss_falls(loss, tiny, patch_groups):
    changes = {
        "loss": loss,
        "pairs": 240,
        "freeze": 0,
        "learning_rate": 0.01,
        "trunk_learning_rate": 1.0,
        "clip": 1e3,
    }
    recorder = Recorder()
    run(tiny, TrainingConfig(**QUICK | changes), patch_groups, recorder)
    losses = [row["loss"] for row in recorder.rows]
    assert np.mean(losses[-5:]) < 0.85 * np.mean(losses[:2])


def test_rows_validations_and_checkpoints_come_when_they_are_due(tiny, patch_groups):
    config = TrainingConfig(**QUICK | {"validate_every": 24})
    recorder = Recorder()
    state = run(tiny, config, patch_groups, recorder)
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


def test_frozen_layers_stay_and_are_freed_when_asked(tiny, patch_groups):
    first = copy.deepcopy(tiny.network.backbone.layers[0])
    state = run(tiny, TrainingConfig(**QUICK | {"pairs": 16}), patch_groups)
    assert same_tensors(state.network.backbone.layers[0].state_dict(), first.state_dict())
    config = TrainingConfig(**QUICK | {"pairs": 16, "unfreeze_at": 0.5})
    state = run(tiny, config, patch_groups)
    assert not same_tensors(state.network.backbone.layers[0].state_dict(), first.state_dict())


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_the_pairs_is_one_sentence(tiny, patch_groups, tmp_path, workers):
    (track,) = patch_groups[0].tracks[:1]
    absent = replace(
        patch_groups[0],
        tracks=(tuple(replace(view, picture=tmp_path / "absent.png") for view in track),),
    )
    with pytest.raises(DatasetError) as raised:
        run(tiny, TrainingConfig(**QUICK), [absent], workers=workers)
    assert "absent.png" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_workers_change_nothing(tiny, patch_groups):
    config = TrainingConfig(**QUICK | {"pairs": 16})
    alone = run(copy.deepcopy(tiny), config, patch_groups)
    helped = run(tiny, config, patch_groups, workers=2)
    assert same_tensors(alone.network.state_dict(), helped.network.state_dict())


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_from_any_checkpoint_on_the_end_is_the_same(optimizer, tiny, patch_groups, tmp_path):
    """Also in the middle of a row of the log, and when the frozen part is freed in between."""
    config = TrainingConfig(**QUICK | {"optimizer": optimizer, "unfreeze_at": 0.7})
    path = tmp_path / "checkpoint.pt"
    keep = Recorder(lambda state: state.step == 3 and save_checkpoint(path, state, {"note": "x"}))
    unbroken = run(tiny, config, patch_groups, keep)

    values = load_checkpoint(path)
    assert values["note"] == "x"
    state = TrainingState(fresh_model(values, config), config, CPU)
    state.restore(values["state"])
    assert state.step == 3
    again = Recorder()
    run(None, config, patch_groups, again, state=state)
    assert same_tensors(unbroken.network.state_dict(), state.network.state_dict())
    assert same_tensors(unbroken.average.state_dict(), state.average.state_dict())
    without_time = [{**row, "seconds": 0} for row in keep.rows]
    assert [{**row, "seconds": 0} for row in again.rows] == without_time[1:]
    assert state.averaged_model().config == SMALL


def test_a_loss_that_is_no_number_stops_before_the_step(tiny, patch_groups):
    config = TrainingConfig(**QUICK | {"learning_rate": 1e30, "clip": 1e30})
    recorder = Recorder()
    with pytest.raises(TrainingError, match="a finite loss and gradient"):
        run(tiny, config, patch_groups, recorder)
    assert recorder.checkpoints


def test_an_interrupt_ends_after_a_checkpoint(tiny, patch_groups):
    recorder = Recorder(lambda state: state.step == 2 and signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        run(tiny, TrainingConfig(**QUICK), patch_groups, recorder)
    assert recorder.checkpoints[-1][0] == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
