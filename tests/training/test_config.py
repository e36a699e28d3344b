"""The settings of the optimisation: ranges, messages, and which network suits which loss."""

import pytest

from tests.training.painted import TinyBackbone
from tracker.errors import SettingError
from tracker.models.backbones import BACKBONES
from tracker.training.config import TrainingConfig


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"architecture": "vgg"}, "architecture must be one of lite, siamfc, got 'vgg'"),
        ({"architecture": ["lite"]}, "architecture must be one of lite, siamfc, got ['lite']"),
        (
            {"loss": "hinge"},
            "loss must be one of logistic, contrastive, triplet, box, imitation, got 'hinge'",
        ),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"pairs": 1.5}, "pairs must be a whole number, got 1.5"),
        ({"pairs": True}, "pairs must be a whole number, got True"),
        ({"pairs": 8, "batch_size": 16}, "pairs must be at least the batch size, got 8"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"optimizer": "adam"}, "optimizer must be one of adamw, sgd, got 'adam'"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, got 0.0"),
        ({"learning_rate": "fast"}, "learning_rate must be a finite number, got 'fast'"),
        ({"trunk_learning_rate": 1.5}, "trunk_learning_rate must be from 0 to 1, got 1.5"),
        ({"clip": float("nan")}, "clip must be a finite number, got nan"),
        ({"ema": 1.0}, "ema must be from 0 to below 1, got 1.0"),
        ({"freeze": -1}, "freeze must be at least 0, got -1"),
        ({"batch_norm": "none"}, "batch_norm must be one of stored, batch, got 'none'"),
        ({"precision": "float16"}, "precision must be one of float32, bfloat16, got 'float16'"),
        ({"hold_out_every": 1}, "hold_out_every must be at least 2, got 1"),
    ],
)
def test_a_value_that_is_refused_is_named(values, message):
    with pytest.raises(SettingError) as caught:
        TrainingConfig(**values)
    assert str(caught.value) == f"setting {message}"


@pytest.mark.parametrize(
    ("loss", "architecture", "other"),
    [("box", "lite", "siamfc"), ("imitation", "siamfc", "lite")],
)
def test_some_losses_need_a_certain_network(loss, architecture, other):
    TrainingConfig(loss=loss, architecture=architecture)
    with pytest.raises(SettingError) as caught:
        TrainingConfig(loss=loss, architecture=other)
    assert str(caught.value) == (
        f"setting architecture must be {architecture} for {loss}, got {other!r}"
    )


def test_a_new_backbone_is_known_and_asked_for_its_head(monkeypatch):
    class WithHead(TinyBackbone):
        def box_head(self):
            raise AssertionError("no head need be made")

    monkeypatch.setitem(BACKBONES, "tiny", TinyBackbone)
    monkeypatch.setitem(BACKBONES, "tiny_with_head", WithHead)
    assert TrainingConfig(architecture="tiny").architecture == "tiny"
    assert TrainingConfig(architecture="tiny_with_head", loss="box").loss == "box"
    with pytest.raises(SettingError, match="must be lite or tiny_with_head for box, got 'tiny'"):
        TrainingConfig(architecture="tiny", loss="box")


def test_steps_leave_out_an_incomplete_batch():
    assert TrainingConfig(pairs=100, batch_size=16).steps == 6
    assert TrainingConfig(pairs=16, batch_size=16).steps == 1
