"""Media files with bytes changed, through the whole command: no crash, no hang, one sentence."""

import numpy as np

from tests.media import make_video, texture
from tests.robustness.faults import SEED
from tracker.formats import read_csv

KINDS = ("mp4", "mkv", "webm", "avi", "gif", "ts", "h264")


def flip_bits(data: bytearray, rng: np.random.Generator) -> None:
    for position in rng.integers(len(data), size=rng.integers(1, 60)):
        data[position] ^= 1 << rng.integers(8)


def replace_bytes(data: bytearray, rng: np.random.Generator) -> None:
    for position in rng.integers(len(data), size=rng.integers(1, 60)):
        data[position] = rng.integers(256)


def damage_header(data: bytearray, rng: np.random.Generator) -> None:
    for position in rng.integers(min(len(data), 800), size=rng.integers(1, 12)):
        data[position] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.integers(256)])


def fill_block(data: bytearray, rng: np.random.Generator) -> None:
    begin, length = block(data, rng)
    data[begin : begin + length] = bytes([rng.choice([0, 255])]) * length


def cut_out_block(data: bytearray, rng: np.random.Generator) -> None:
    begin, length = block(data, rng)
    del data[begin : begin + length]


def repeat_block(data: bytearray, rng: np.random.Generator) -> None:
    begin, length = block(data, rng)
    data[begin:begin] = data[begin : begin + length]


def block(data: bytearray, rng: np.random.Generator) -> tuple[int, int]:
    length = int(rng.integers(1, max(2, len(data) // 3)))
    return int(rng.integers(len(data) - length)), length


MUTATIONS = (flip_bits, replace_bytes, damage_header, fill_block, cut_out_block, repeat_block)


def test_mutated_media(trials, runner, small_model, tmp_path):
    whole = {
        kind: make_video(tmp_path / f"whole.{kind}", 10, (80, 64), picture=texture).read_bytes()
        for kind in KINDS
    }
    for number in range(trials.count):
        rng = np.random.default_rng([SEED, number])
        kind, mutate = KINDS[number % len(KINDS)], MUTATIONS[rng.integers(len(MUTATIONS))]
        data = bytearray(whole[kind])
        mutate(data, rng)
        (tmp_path / f"clip.{kind}").write_bytes(data)
        with trials.one(f"{mutate.__name__} of {kind}, seed [{SEED}, {number}]"):
            done = runner.run(
                "track",
                f"clip.{kind}",
                "--box",
                "20,16,30,30",
                "--model",
                small_model,
                "--save-csv",
                "out.csv",
                "-o",
                "out.mp4",
                "--overwrite",
                "--quiet",
                folder=tmp_path,
            )
            done.check_contract(0, 2, 3)
            if done.code == 2:
                assert not (tmp_path / "out.csv").exists()
            else:
                assert read_csv(tmp_path / "out.csv")
        for name in ("out.csv", "out.mp4"):
            (tmp_path / name).unlink(missing_ok=True)
