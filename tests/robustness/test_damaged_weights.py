"""Weights that are damaged, foreign or malicious: refused in one sentence, or the very same."""

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import tracker
from tests.robustness.commands import BOX
from tests.robustness.faults import SEED
from tracker.errors import WeightsError
from tracker.models import load_model
from tracker.models.weights import settings_sha256, tensors_sha256

SHIPPED = Path(tracker.__file__).parent / "models" / "weights" / "lite.safetensors"


@pytest.fixture(scope="module")
def sound():
    """The shipped file: its bytes and its model."""
    return SHIPPED.read_bytes(), load_model("lite")


def refused_or_the_same(path: Path, model) -> bool:
    """Whether a file is refused; one that is not must be the model to the last digit."""
    try:
        loaded = load_model(path)
    except WeightsError:
        return True
    assert loaded.config == model.config
    state = loaded.network.state_dict()
    for name, tensor in model.network.state_dict().items():
        assert torch.equal(state[name], tensor), name
    return False


def test_a_bit_of_each_tensor(trials, sound, tmp_path):
    content, model = sound
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    places = {name: each["data_offsets"] for name, each in header.items() if name[0] != "_"}
    rng = np.random.default_rng(SEED)
    for name in sorted(places)[:: max(1, 2 * len(places) // trials.count)]:
        begin, end = places[name]
        bad = bytearray(content)
        bad[8 + length + int(rng.integers(begin, end))] ^= 1 << int(rng.integers(8))
        (tmp_path / "bad.safetensors").write_bytes(bad)
        with trials.one(f"a bit of {name}"):
            assert refused_or_the_same(tmp_path / "bad.safetensors", model)


def test_damage_anywhere(trials, sound, tmp_path):
    content, model = sound
    length = int.from_bytes(content[:8], "little")
    for number in range(trials.count // 2):
        rng = np.random.default_rng([SEED, number])
        bad = bytearray(content)
        kind = number % 4
        if kind == 0:
            bad[int(rng.integers(8 + length))] ^= 1 << int(rng.integers(8))  # in the header
        elif kind == 1:
            begin = int(rng.integers(8 + length, len(bad) - 200))
            bad[begin : begin + 200] = bytes(200)
        elif kind == 2:
            del bad[int(rng.integers(len(bad))) :]
        else:
            begin = int(rng.integers(len(bad) - 64))
            del bad[begin : begin + int(rng.integers(1, 64))]
        (tmp_path / "bad.safetensors").write_bytes(bad)
        with trials.one(f"damage {kind}, seed [{SEED}, {number}]"):
            refused_or_the_same(tmp_path / "bad.safetensors", model)


class Payload:
    def __reduce__(self):
        return Path.touch, (Path("PWNED"),)


def pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps(Payload()))


def torch_saved(path: Path) -> None:
    torch.save({"state_dict": Payload()}, path)


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", pickle.dumps(Payload()))


def header(text: str | bytes):
    data = text.encode() if isinstance(text, str) else text
    return lambda path: path.write_bytes(len(data).to_bytes(8, "little") + data)


def rewritten(change):
    """The shipped file with other tensors or metadata, each SHA-256 made right."""

    def make(path: Path) -> None:
        tensors = load_file(SHIPPED)
        with safe_open(SHIPPED, framework="pt") as file:
            metadata = file.metadata()
        change(tensors, metadata)
        right = {"sha256": tensors_sha256(tensors), "settings_sha256": settings_sha256(metadata)}
        save_file(tensors, path, metadata | right)

    return make


def fill(value: float):
    def change(tensors, metadata):
        tensors["gain"] = torch.full_like(tensors["gain"], value)

    return change


def of_type(dtype: torch.dtype):
    def change(tensors, metadata):
        tensors["gain"] = torch.ones(()).to(dtype)

    return change


def setting(**values):
    def change(tensors, metadata):
        metadata["config"] = json.dumps(json.loads(metadata["config"]) | values)

    return change


FILES = {
    "pickle": pickled,
    "torch.save": torch_saved,
    "zip with a pickle": zipped,
    "empty": lambda path: path.touch(),
    "text": lambda path: path.write_text("weights"),
    "folder": lambda path: path.mkdir(),
    "header beyond the end": lambda path: path.write_bytes((2**62).to_bytes(8, "little") + b"{}"),
    "header that is no JSON": header("{" * 50),
    "header deep as a well": header("[" * 99_999),
    "tensor beyond the end": header('{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'),
    "shape that overflows": header(
        '{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'
    ),
    "tensors on top of each other": lambda path: path.write_bytes(
        (
            text := b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},'
            b'"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
        )
        and len(text).to_bytes(8, "little") + text + bytes(4)
    ),
    "NaN": rewritten(fill(float("nan"))),
    "infinite": rewritten(fill(float("inf"))),
    "8 bits": rewritten(of_type(torch.float8_e4m3fn)),
    "complex": rewritten(of_type(torch.complex64)),
    "whole numbers": rewritten(of_type(torch.int64)),
    "another shape": rewritten(lambda t, m: t.update(gain=torch.ones(3))),
    "a tensor less": rewritten(lambda t, m: t.pop("gain")),
    "a tensor more": rewritten(lambda t, m: t.update(more=torch.ones(3))),
    "another network": rewritten(lambda t, m: m.update(architecture="siamfc")),
    "config deep as a well": rewritten(lambda t, m: m.update(config="[" * 99_999)),
    "config of another kind": rewritten(lambda t, m: m.update(config="7")),
    "huge crops": rewritten(setting(exemplar_size=10**6, search_size=2 * 10**6)),
    "tiny crops": rewritten(setting(exemplar_size=9, search_size=9)),
    "endless refinement": rewritten(setting(filter_first_steps=10**9)),
    "endless scales": rewritten(setting(num_scales=10**6 + 1)),
    "endless upsampling": rewritten(setting(response_upsampling=10**6)),
}


@pytest.mark.parametrize("case", FILES)
def test_files_of_strangers(trials, runner, patch_video, tmp_path, case):
    FILES[case](tmp_path / "model.safetensors")
    with trials.one(case):
        done = runner.run(
            "track",
            patch_video,
            "--box",
            BOX,
            "--model",
            "model.safetensors",
            "--save-csv",
            "out.csv",
            folder=tmp_path,
        )
        done.check_contract(2)
        assert "model.safetensors" in done.err
        assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]
