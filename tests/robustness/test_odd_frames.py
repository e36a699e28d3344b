"""Arrays and images of every kind as frames: they work, or raise ``FrameError``."""

import numpy as np
import pytest
import torch
from hypothesis import strategies as st
from PIL import Image

from tests.robustness.faults import check_sentence
from tracker import Tracker
from tracker.errors import BoxError, FrameError

SHAPES = [
    (90, 120, 3),
    (90, 120),
    (90, 120, 1),
    (90, 120, 4),
    (90, 120, 2),
    (90, 120, 5),
    (3, 90, 120),
    (1, 1, 3),
    (1, 300, 3),
    (300, 1, 3),
    (1, 1),
    (2, 2, 4),
    (0, 0, 3),
    (0, 120, 3),
    (90, 0, 3),
    (90, 120, 0),
    (),
    (90,),
    (4, 90, 120, 3),
    (1, 90, 120, 3),
    (2, 40_000, 3),
]
DTYPES = ["uint8"] * 6 + [
    "uint16",
    "int8",
    "int64",
    "float16",
    "float32",
    "float64",
    "bool",
    "complex64",
    "object",
    "S1",
    "U1",
    "datetime64[s]",
    ">u2",
]
LAYOUTS = {
    "as it is": lambda a: a,
    "read-only": lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
    "Fortran order": np.asfortranarray,
    "mirrored": lambda a: a[::-1],
    "every other": lambda a: a[::2],
    "transposed": lambda a: a.T,
    "one value for all": lambda a: np.broadcast_to(np.zeros((), a.dtype), a.shape),
    "masked": np.ma.masked_array,
    "list": lambda a: a.tolist(),
    "bytes": lambda a: a.tobytes(),
    "memory": memoryview,
    "tensor": torch.from_numpy,
    "record": lambda a: a.view([("value", a.dtype)]),
}
OTHERS = [
    None,
    True,
    0,
    1.5,
    "frame.png",
    b"",
    {},
    set(),
    object(),
    float("nan"),
    [[]],
    type,
    iter(()),
    *(
        Image.new(mode, (120, 90))
        for mode in (
            "1",
            "L",
            "P",
            "RGB",
            "RGBA",
            "CMYK",
            "YCbCr",
            "LAB",
            "HSV",
            "I",
            "F",
            "I;16",
            "LA",
        )
    ),
    Image.new("RGB", (0, 0)),
    np.zeros((4320, 7680, 3), np.uint8),
    np.float32([[0.5] * 9] * 9),
    np.full((9, 9, 3), np.nan),
]


@st.composite
def arrays(draw):
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    values = rng.integers(0, 256, draw(st.sampled_from(SHAPES)))
    array = values.astype(draw(st.sampled_from(DTYPES)))
    layout = draw(st.sampled_from(sorted(LAYOUTS)))
    try:
        return LAYOUTS[layout](array)
    except (TypeError, ValueError, IndexError):  # there is no such thing
        return array


@pytest.fixture(scope="module")
def follower(small_model):
    return Tracker(small_model, "cpu", filter_first_steps=0)


def test_odd_frames(trials, follower):
    rng = np.random.default_rng(0)
    plain = rng.integers(0, 256, (90, 120, 3), np.uint8)

    def attempt(frame):
        with trials.one(repr(frame)[:200]):
            follower.init(plain, (30, 20, 40, 30))
            expected = follower.update(plain)
            follower.init(plain, (30, 20, 40, 30))
            try:
                check(follower.update(frame))
            except FrameError as error:
                check_sentence(error)
                assert follower.update(plain) == expected  # nothing has changed
            try:
                follower.init(frame, (0, 0, 1, 1))
                check(follower.update(plain))
            except (FrameError, BoxError):
                pass

    trials.attempt_all(attempt, OTHERS, arrays())


def check(result):
    assert np.isfinite(result.box).all()
    assert min(result.box[2:]) >= 1
    assert 0 <= result.score <= 1
