"""Checkpoints: what is kept, what is refused, and that a failed write harms nothing."""

import pytest
import torch

from tests.training.painted import SMALL
from tracker.errors import WeightsError
from tracker.training.checkpoint import (
    TrainingState,
    fresh_model,
    load_checkpoint,
    save_checkpoint,
)
from tracker.training.config import TrainingConfig
from tracker.training.log import Total

CONFIG = {"architecture": "tiny", "freeze": 0}


@pytest.fixture
def state(tiny):
    """A training of the tiny model after one step, its average apart from its network."""
    state = TrainingState(tiny, TrainingConfig(**CONFIG), torch.device("cpu"))
    state.network.embed_exemplar(torch.rand(1, 3, 64, 64)).sum().backward()
    state.optimizer.step()
    state.step, state.seconds, state.totals = 1, 2.5, {"loss": Total(3.0, 4)}
    return state


def test_a_state_read_back_is_the_same(state, tmp_path):
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, state, {"recipe": "text"})
    values = load_checkpoint(path)
    assert values["recipe"] == "text"
    again = TrainingState(
        fresh_model(values, TrainingConfig(**CONFIG)),
        TrainingConfig(**CONFIG),
        torch.device("cpu"),
    )
    again.restore(values["state"])
    assert (again.step, again.seconds, again.totals) == (1, 2.5, {"loss": Total(3.0, 4)})
    assert again.totals["loss"].mean == 0.75
    assert again.tracker_config == SMALL
    for part in ("network", "average"):
        one, other = (getattr(each, part).state_dict() for each in (state, again))
        assert all(torch.equal(value, other[name]) for name, value in one.items())
    assert not torch.equal(
        again.network.backbone.layers[0].weight, again.average.backbone.layers[0].weight
    )
    moments = [each.optimizer.state_dict()["state"] for each in (state, again)]
    assert moments[0].keys() == moments[1].keys() != set()
    for index, values in moments[0].items():
        assert all(torch.equal(value, moments[1][index][name]) for name, value in values.items())


def test_the_averaged_model_is_a_copy_with_the_settings(state):
    model = state.averaged_model()
    assert (model.network.architecture, model.config) == ("tiny", SMALL)
    weight = model.network.backbone.layers[0].weight
    assert torch.equal(weight, state.average.backbone.layers[0].weight)
    assert weight.is_contiguous()
    weight.data.zero_()
    assert state.average.backbone.layers[0].weight.any()


@pytest.mark.parametrize("content", [b"", b"no checkpoint", None])
def test_what_is_no_checkpoint_is_refused(content, tmp_path):
    path = tmp_path / "checkpoint.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match="checkpoint"):
        load_checkpoint(path)


def test_a_checkpoint_cut_short_or_of_another_kind_is_refused(tmp_path, state):
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, state, {})
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(WeightsError, match="cannot be read as a checkpoint"):
        load_checkpoint(path)
    torch.save({"step": 1}, path)
    with pytest.raises(WeightsError, match="of format tracker-checkpoint-1"):
        load_checkpoint(path)


def test_a_failed_write_keeps_the_old_checkpoint(tmp_path, state, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, state, {"note": "old"})

    def fail(values, file):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(path, state, {"note": "new"})
    assert load_checkpoint(path)["note"] == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint.pt"]
