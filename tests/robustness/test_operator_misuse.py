"""The correlation with random shapes, types and strides, and with what is no such thing."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tests.robustness.faults import SEED
from tracker.ops import xcorr, xcorr_depthwise

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-4, torch.float16: 2e-3, torch.bfloat16: 2e-2}
STRIDES = {
    "contiguous": lambda t: t,
    "channels last": lambda t: t.to(memory_format=torch.channels_last),
    "transposed": lambda t: t.transpose(2, 3).contiguous().transpose(2, 3),
    "part": lambda t: F.pad(t, (1, 2, 3, 1))[:, :, 3:-1, 1:-2],
    "every other": lambda t: t.repeat_interleave(2, 3)[..., ::2],
}


def test_random_shapes_agree_with_conv2d(trials):
    for number in range(trials.count):
        rng = np.random.default_rng([SEED, number])
        dtype = list(TOLERANCE)[rng.integers(len(TOLERANCE))]
        pairs, repeats, channels = rng.integers(1, 4), rng.integers(0, 4), rng.integers(1, 9)
        inner = rng.integers(1, 8, 2)
        outer = inner + rng.integers(0, 12, 2)
        z = torch.from_numpy(rng.standard_normal((pairs, channels, *inner)))
        x = torch.from_numpy(rng.standard_normal((pairs * repeats, channels, *outer)))
        first, second = (list(STRIDES.values())[rng.integers(len(STRIDES))] for _ in range(2))
        z, x = first(z.to(dtype)), second(x.to(dtype))
        with trials.one(f"{tuple(z.shape)} in {tuple(x.shape)}, {dtype}, seed [{SEED}, {number}]"):
            pairwise = [(z[i // max(repeats, 1)], x[i]) for i in range(len(x))]
            whole = [F.conv2d(b[None].double(), a[None].double()) for a, b in pairwise]
            deep = [
                F.conv2d(b[None].double(), a[:, None].double(), groups=int(channels))
                for a, b in pairwise
            ]
            for operator, parts in ((xcorr, whole), (xcorr_depthwise, deep)):
                result = operator(z, x)
                assert result.dtype == dtype
                assert result.is_contiguous()
                if parts:
                    expected = torch.cat(parts)
                    off = (result.double() - expected).abs().max()
                    assert off <= TOLERANCE[dtype] * max(1, expected.abs().max())
                else:
                    assert len(result) == 0


z, x = torch.zeros(2, 3, 2, 2), torch.zeros(4, 3, 5, 5)
MISUSES = {
    "no tensor": (z, x.numpy()),
    "None": (None, x),
    "other types": (z.double(), x),
    "whole numbers": (z.int(), x.int()),
    "bool": (z.bool(), x.bool()),
    "complex": (z.cfloat(), x.cfloat()),
    "8 bits": (z.to(torch.float8_e4m3fn), x.to(torch.float8_e4m3fn)),
    "three dimensions": (z[0], x),
    "five dimensions": (z, x[None]),
    "no dimension": (z.sum(), x),
    "other channels": (z, x[:, :2]),
    "no channel": (z[:, :0], x[:, :0]),
    "no pixel": (z[..., :0], x),
    "no exemplar": (z[:0], x),
    "no multiple": (z, x[:3]),
    "exemplar too high": (z.repeat(1, 1, 4, 1), x),
    "exemplar too wide": (z.repeat(1, 1, 1, 4), x),
    "other devices": (z, x.to("meta")),
    "swapped": (x, z),
    "quantized": (torch.quantize_per_tensor(z, 1, 0, torch.quint8), x),
    "sparse": (z.to_sparse(), x),
}


@pytest.mark.parametrize("operator", [xcorr, xcorr_depthwise])
def test_misuse(trials, operator):
    for name, arguments in MISUSES.items():
        with (
            trials.one(name),
            pytest.raises((TypeError, ValueError), match=r"expected .*; got "),
        ):
            operator(*arguments)


def test_sizes_beyond_32_bits_are_not_cut_off(trials):
    """Views of one value, so that only the sizes are large: what is asked for, or an error."""
    exemplar, search = torch.ones(1, 1, 1, 1), torch.ones(1, 1, 1, 1).expand(1, 1, 50_000, 50_000)
    with trials.one("2.5 thousand million places"):
        fake = torch.ops.tracker.xcorr(exemplar.to("meta"), search.to("meta"))
        assert fake.shape == (1, 1, 50_000, 50_000)
        assert fake.numel() > 2**31
