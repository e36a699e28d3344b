"""Weights files: stored and read back, and refused when damaged or made for something else."""

import json
import os
import pickle
import re
import tomllib

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tracker.config import TrackerConfig
from tracker.errors import SettingError, WeightsError
from tracker.models import Model, TwinNetwork, available_models, load_model, save_model
from tracker.models.weights import settings_sha256, tensors_sha256
from tracker.training.recipe import Recipe


@pytest.fixture(scope="module")
def small_file(tmp_path_factory):
    """A sound weights file of the untrained siamfc network, to be damaged in many ways."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "mine.safetensors"
    model = Model("mine", TwinNetwork("siamfc"), TrackerConfig(num_scales=5))
    save_model(path, model, {"licence": "none"})
    return path


@pytest.fixture
def rewritten(small_file, tmp_path):
    """Write a changed copy: ``change(tensors, metadata)``, the SHA-256 made right on request."""

    def rewrite(change, true_hash=True):
        tensors = load_file(small_file)
        with safe_open(small_file, framework="pt") as file:
            metadata = file.metadata()
        change(tensors, metadata)
        if true_hash:
            metadata["sha256"] = tensors_sha256(tensors)
            metadata["settings_sha256"] = settings_sha256(metadata)
        path = tmp_path / "changed.safetensors"
        save_file(tensors, path, metadata)
        return path

    return rewrite


def test_the_default_model_is_lite_and_tracks_with_its_own_settings():
    model = load_model()
    assert model.name == "lite"
    assert model.network.architecture == "lite"
    assert model.config.score_slope > 1
    assert model.config.box_lr > 0
    assert model.config.filter_first_steps > 0
    assert load_model("lite").config == model.config


def test_the_shipped_file_is_small_and_says_where_it_comes_from():
    path = os.path.join(os.path.dirname(load_model.__code__.co_filename), "weights")
    file = os.path.join(path, "lite.safetensors")
    assert os.path.getsize(file) <= 8 * 2**20
    with safe_open(file, framework="pt") as opened:
        metadata = opened.metadata()
    assert metadata["licence"] == "Apache-2.0"
    assert metadata["settings_sha256"] == settings_sha256(metadata)
    assert "efficientnet-lite0" in metadata["origin"]
    pairs, of_pairs = re.match(r"(\d+) of (\d+) pairs, tracker ", metadata["training"]).groups()
    assert pairs == of_pairs
    assert "(SHA-256 " in metadata["data"]
    recipe = Recipe.from_tables(tomllib.loads(metadata["recipe"]))
    assert (recipe.training.init, recipe.training.loss) == ("imagenet", "box")
    assert recipe.training.pairs == int(pairs)
    assert re.match(r"mean overlap 0\.\d+ on held-out videos", metadata["validation"])


@torch.inference_mode()
def test_the_shipped_trunk_computes_what_it_did_when_it_was_verified():
    """Values of an independent implementation that was right on 81 % of ImageNet pictures."""
    ramp = torch.from_numpy(np.indices((255, 255)).sum(0) % 256).float()
    crop = torch.stack([ramp, ramp.flip(0), ramp.T.flip(1)])[None]
    features = load_model().network.eval().backbone
    trunk = features.blocks(features.stem((crop - 127) / 128))
    assert trunk.shape == (1, 112, 16, 16)
    expected = torch.tensor(GOLDEN)
    # Filters rounded to 16 bits move these by 0.06 at most.
    torch.testing.assert_close(trunk[0, :6, 8, 8], expected, rtol=0, atol=0.1)


GOLDEN = [8.2571, 0.2818, -4.3435, 4.8742, 12.5108, 3.8463]


def test_both_models_are_shipped():
    assert available_models() == {"lite": True, "siamfc": True}
    assert load_model("siamfc").config.num_scales == 3


def test_models_without_weights_say_so(tmp_path, monkeypatch):
    monkeypatch.setattr("tracker.models.weights._SHIPPED", tmp_path)
    assert available_models() == {"lite": False, "siamfc": False}
    with pytest.raises(WeightsError, match="'siamfc' has no weights yet"):
        load_model("siamfc")


def test_a_file_comes_back_as_it_was_saved(small_file):
    model = load_model(small_file)
    assert model.name == "mine"
    assert model.config == TrackerConfig(num_scales=5)
    again = load_model(str(small_file))
    for name, tensor in model.network.state_dict().items():
        torch.testing.assert_close(tensor, again.network.state_dict()[name], rtol=0, atol=0)


def test_filters_are_kept_in_16_bits_and_the_rest_as_it_is(tmp_path):
    torch.manual_seed(0)
    network = TwinNetwork("siamfc")
    with torch.no_grad():
        network.backbone.layers[1].running_var.fill_(1e6)  # beyond what 16 bits hold
        network.bias.fill_(0.1)
    save_model(tmp_path / "mine.safetensors", Model("mine", network, TrackerConfig()), {})
    loaded = load_model(tmp_path / "mine.safetensors").network.state_dict()
    for name, tensor in network.state_dict().items():
        assert loaded[name].dtype == tensor.dtype
        expected = tensor.half().float() if tensor.ndim > 1 else tensor
        assert torch.equal(loaded[name], expected), name
    numbers = sum(tensor.numel() for tensor in loaded.values() if tensor.ndim > 1)
    assert os.path.getsize(tmp_path / "mine.safetensors") < 2 * numbers + 60_000


def test_saving_leaves_nothing_beside_the_file(small_file):
    assert os.listdir(small_file.parent) == ["mine.safetensors"]


def test_every_flipped_bit_is_noticed(small_file, tmp_path):
    good = small_file.read_bytes()
    header = int.from_bytes(good[:8], "little") + 8
    rng = np.random.default_rng(0)
    for position in rng.integers(header, len(good), 40):
        bad = bytearray(good)
        bad[position] ^= 1 << rng.integers(8)
        (tmp_path / "bad.safetensors").write_bytes(bad)
        with pytest.raises(WeightsError, match="SHA-256"):
            load_model(tmp_path / "bad.safetensors")


def test_settings_that_were_changed_are_noticed(rewritten):
    def change(tensors, metadata):
        metadata["config"] = metadata["config"].replace('"num_scales": 5', '"num_scales": 7')

    with pytest.raises(WeightsError, match="the settings are damaged"):
        load_model(rewritten(change, true_hash=False))


def test_settings_of_a_model_are_changed_in_a_copy(small_file):
    model = load_model(small_file)
    changed = model.with_settings(num_scales=1, scale_lr=0.3)
    assert changed.config == TrackerConfig(num_scales=1, scale_lr=0.3)
    assert changed.network is model.network
    assert changed.name == model.name
    assert model.config == TrackerConfig(num_scales=5)
    assert model.with_settings() == model
    with pytest.raises(TypeError, match="window"):
        model.with_settings(window=0.1)
    with pytest.raises(SettingError, match="setting num_scales must be an odd number"):
        model.with_settings(num_scales=2)


def test_only_a_network_with_a_box_head_has_box_lr():
    network = TwinNetwork("siamfc")
    message = "^setting box_lr must be 0 for siamfc, which has no box head, got 0.4$"
    with pytest.raises(SettingError, match=message):
        Model("mine", network, TrackerConfig(box_lr=0.4))
    model = Model("mine", network, TrackerConfig())
    with pytest.raises(ValueError, match=message):
        model.with_settings(box_lr=0.4)
    assert load_model("lite").with_settings(box_lr=0.0).config.box_lr == 0


def test_files_of_before_settings_had_a_hash_are_read(rewritten):
    def change(tensors, metadata):
        del metadata["settings_sha256"]

    assert load_model(rewritten(change, true_hash=False)).config.num_scales == 5


class Payload:
    def __reduce__(self):
        return os.mkdir, ("PWNED",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not weights at all",
        (2**62).to_bytes(8, "little") + b"{}",
        pickle.dumps(Payload()),
        (16).to_bytes(8, "little") + b'{"a": {"dtype":1',
    ],
)
def test_files_that_are_no_weights(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.safetensors").write_bytes(content)
    with pytest.raises(WeightsError, match="cannot be read as a safetensors file"):
        load_model("bad.safetensors")
    assert not (tmp_path / "PWNED").exists()


def test_a_truncated_file(small_file, tmp_path):
    content = small_file.read_bytes()
    for share in (0.2, 0.5, 0.99):
        (tmp_path / "cut.safetensors").write_bytes(content[: int(len(content) * share)])
        with pytest.raises(WeightsError, match="cannot be read"):
            load_model(tmp_path / "cut.safetensors")


@pytest.mark.parametrize("model", ["resnet", "no/such/file.safetensors", ".", "x" * 5000])
def test_neither_a_name_nor_a_file(model):
    with pytest.raises(WeightsError, match="expected a weights file or one of default, lite"):
        load_model(model)


def test_not_finite(rewritten):
    def spoil(tensors, metadata):
        tensors["backbone.layers.0.weight"][0, 0, 0, 0] = float("nan")

    with pytest.raises(WeightsError, match=r"backbone.layers.0.weight is not"):
        load_model(rewritten(spoil))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t, m: m.pop("format"), "of format tracker-weights-1, got None"),
        (lambda t, m: m.pop("architecture"), "expected an architecture out of"),
        (lambda t, m: m.update(architecture="lite"), "not the weights of 'lite'"),
        (lambda t, m: t.pop("gain"), "not the weights of 'siamfc': .*gain"),
        (lambda t, m: t.update(gain=torch.zeros(3)), "not the weights of 'siamfc': .*gain"),
        (lambda t, m: t.update(extra=torch.zeros(3)), "not the weights of 'siamfc': .*extra"),
        (lambda t, m: m.pop("config"), "config"),
        (lambda t, m: m.update(config="[]"), "changed.safetensors: "),
        (lambda t, m: m.update(config="{"), "changed.safetensors: "),
        (lambda t, m: m.update(config=json.dumps({"depth": 3})), "unknown setting 'depth'"),
        (lambda t, m: m.update(config=json.dumps({"scale_lr": 3})), "setting scale_lr must be"),
        (lambda t, m: m.update(config=json.dumps({"scale_lr": 10**400})), "a finite number"),
        (
            lambda t, m: m.update(config=json.dumps({"box_lr": 0.4})),
            "changed.safetensors: setting box_lr must be 0 for siamfc, which has no box head",
        ),
        (
            lambda t, m: m.update(config=json.dumps({"exemplar_size": 80})),
            "setting exemplar_size must be at least 87 for siamfc, got 80",
        ),
        (
            lambda t, m: m.update(config=json.dumps({"num_scales": 101})),
            "setting num_scales must be at most 99, got 101",
        ),
    ],
)
def test_files_of_another_kind(change, message, rewritten):
    with pytest.raises(WeightsError, match=message):
        load_model(rewritten(change))
