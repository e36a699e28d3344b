"""The operators in plain PyTorch: each of the six functions against the reference, and memory."""

import numpy as np
import pytest
import torch

from tracker.ops import cpu, reference

# (Bz, Bx, C, (Hz, Wz), (Hx, Wx))
SIZES = {
    "one pixel": (1, 1, 1, (1, 1), (1, 1)),
    "rectangles": (3, 3, 7, (5, 3), (13, 11)),
    "one column": (2, 2, 2, (5, 1), (9, 1)),
    "scales of many objects": (2, 6, 5, (4, 3), (8, 10)),
}


def make(size, seed=0):
    """Random exemplars and searches in float64."""
    num_exemplars, num_searches, channels, exemplar_size, search_size = size
    generator = torch.Generator().manual_seed(seed)
    shapes = (num_exemplars, channels, *exemplar_size), (num_searches, channels, *search_size)
    return [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


def check_all(operator, exemplar, search):
    """Compare an operator and its two gradients with the reference."""
    response = getattr(cpu, operator)(exemplar, search)
    grad = torch.randn(response.shape, generator=torch.Generator().manual_seed(1)).double()
    got = (
        response,
        getattr(cpu, f"{operator}_grad_exemplar")(grad, search, len(exemplar)),
        getattr(cpu, f"{operator}_grad_search")(grad, exemplar),
    )
    z, x, g = (tensor.numpy() for tensor in (exemplar, search, grad))
    expected = getattr(reference, operator)(z, x), *reference.gradients(g, z, x)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one.numpy(), other, rtol=0, atol=1e-12 * np.abs(other).max())


@pytest.mark.parametrize("operator", ["xcorr", "xcorr_depthwise"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("most_products", [cpu.MAX_PRODUCTS, 300, 1])
def test_all_six_agree_with_the_reference_in_any_blocks(operator, size, most_products, monkeypatch):
    monkeypatch.setattr(cpu, "MAX_PRODUCTS", most_products)
    check_all(operator, *make(size))


def test_blocks_of_rows_bound_the_memory(monkeypatch):
    products = []
    bmm = torch.bmm
    monkeypatch.setattr(torch, "bmm", lambda *args: products.append(bmm(*args)) or products[-1])
    monkeypatch.setattr(cpu, "MAX_PRODUCTS", 2 * 9 * 8 * 3 * 2)  # two rows of the exemplar
    cpu.xcorr(*make((2, 2, 4, (5, 3), (9, 8))))
    assert [product.shape for product in products] == [(2, 6 * 8, 6), (2, 6 * 8, 6), (2, 5 * 8, 3)]


def test_channels_last_search_is_not_copied(monkeypatch):
    exemplar, search = make((1, 2, 3, (2, 2), (5, 4)))
    search = search.to(memory_format=torch.channels_last)
    factors = []
    bmm = torch.bmm
    monkeypatch.setattr(torch, "bmm", lambda a, b: factors.append(a) or bmm(a, b))
    cpu.xcorr(exemplar, search)
    assert [factor.data_ptr() for factor in factors] == [search.data_ptr()]


def test_row_blocks_by_hand(monkeypatch):
    """6 x 3 positions by 3 taps are 54 products for each of the 5 rows of the exemplar."""
    monkeypatch.setattr(cpu, "MAX_PRODUCTS", 2 * 54)
    blocks = cpu._row_blocks(1, (5, 3), (2, 1))
    expected = [((0, 2), (0, 3)), ((2, 4), (2, 5)), ((4, 5), (4, 6))]
    assert [((z.start, z.stop), (x.start, x.stop)) for z, x in blocks] == expected
