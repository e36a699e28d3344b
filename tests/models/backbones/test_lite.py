"""The trunk of EfficientNet-Lite0: sizes, geometry, and its padding against a loop."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tracker.models import load_model
from tracker.models.backbones.lite import LiteBackbone, SameConv2d
from tracker.synthetic.sample import SampleClip


def test_lite_sizes_and_unit_length():
    torch.manual_seed(0)
    backbone = LiteBackbone().eval()
    search = backbone(torch.rand(1, 3, 255, 255) * 255)
    assert search.embedding.shape == (1, 112, 32, 32)
    assert [level.shape for level in search.levels] == [(1, 40, 32, 32), (1, 112, 16, 16)]
    torch.testing.assert_close(search.embedding.norm(dim=1), torch.ones(1, 32, 32))
    exemplar = backbone(torch.rand(1, 3, 127, 127) * 255).embedding
    assert exemplar.shape == (1, 112, 16, 16)
    part = backbone.exemplar_part(exemplar)
    torch.testing.assert_close(part, exemplar[..., 4:12, 4:12])


def test_the_parts_of_the_trunk_are_the_eleven_blocks():
    backbone = LiteBackbone()
    (stem, first), *others = backbone.trunk_parts
    assert stem is backbone.stem
    assert [first, *others] == list(backbone.blocks)
    assert len(others) == 10


def test_lite_keeps_the_middle_of_both_crops_in_the_same_place():
    """Cell j of every map lies on crop pixel 8 j + c with the same c, whatever the crop."""
    torch.manual_seed(0)
    backbone = LiteBackbone().eval()
    picture = torch.rand(1, 3, 255, 255) * 255
    whole = backbone(picture).embedding
    middle = backbone(picture[..., 64:191, 64:191]).embedding
    similarity = (whole[..., 8:24, 8:24] * middle).sum(dim=1)[0]
    assert similarity[4:12, 4:12].min() > 0.9  # the border of the smaller crop sees its padding


def place_of(backbone, crop, level, cell):
    """The middle of all that a cell sees, in crop pixels ``(across, down)``, by its gradient."""
    crop = crop.clone().requires_grad_()
    row, column = cell
    backbone(crop).levels[level][0, :, row, column].sum().backward()
    seen = crop.grad[0].square().sum(0)
    pixels = torch.arange(len(seen)) + 0.5
    return ((seen.sum(0) @ pixels) / seen.sum()).item(), (
        (seen.sum(1) @ pixels) / seen.sum()
    ).item()


@pytest.mark.parametrize(("level", "stride", "margin"), [(0, 8, 6.5), (1, 16, 14.5)])
def test_the_geometry_of_the_levels_of_lite(level, stride, margin):
    """Cell j sees the pixels around margin + stride j evenly where all weights are the same.

    By hand: the middles of cells are 2 j after the stem (an odd side, padded alike before and
    after), 4 j + 2 and 8 j + 6 after the next strides, and 16 j + 14 after the last (even sides,
    padded with one more after than before); pixel i has its middle at i + 0.5.
    """
    backbone = LiteBackbone().eval()
    with torch.no_grad():
        for module in backbone.modules():
            if isinstance(module, SameConv2d):
                module.weight.fill_(1 / module.weight[0].numel())
    crop = torch.full((1, 3, 511, 511), 128.0)  # block 10 sees 339 pixels
    j = 256 // stride
    for place in place_of(backbone, crop, level, (j, j)):
        assert place == pytest.approx(margin + stride * j, abs=0.02)


@pytest.mark.parametrize("level", [0, 1])
def test_the_head_samples_the_cell_that_looks_there(level):
    """The trained trunk looks less than a cell beside the place that the head takes."""
    backbone = load_model("lite").network.eval().backbone
    stride, margin = backbone.box_head()._cells[level]
    frame = torch.from_numpy(SampleClip(frames=21).frame(20)[50:305, 200:455])
    crop = frame.permute(2, 0, 1)[None].float()
    low, high = 96 // stride, 160 // stride - 1
    beside = [
        [
            place - margin - stride * number
            for place, number in zip(places, (column, row), strict=True)
        ]
        for row, column in ((low, low), (low, high), (high, low), (high, high))
        for places in [place_of(backbone, crop, level, (row, column))]
    ]
    assert np.abs(np.mean(beside, axis=0)).max() < stride


@pytest.mark.parametrize("size", [(8, 8), (7, 7), (8, 7), (1, 1), (16, 5)])
@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2])
def test_same_padding_against_a_loop(size, kernel, stride):
    """TensorFlow's rule: output ceil(n / s); the padding that needs, the odd pixel at the end."""
    torch.manual_seed(0)
    convolution = SameConv2d(1, 1, kernel, stride=stride, bias=False)
    image, weights = torch.rand(size), convolution.weight.detach()[0, 0]
    outs = [-(-side // stride) for side in size]
    pads = [
        max((out - 1) * stride + kernel - side, 0) for out, side in zip(outs, size, strict=True)
    ]
    padded = F.pad(image, (pads[1] // 2, kernel, pads[0] // 2, kernel))
    expected = np.empty(outs, np.float32)
    for row in range(outs[0]):
        for column in range(outs[1]):
            top, left = row * stride, column * stride
            patch = padded[top : top + kernel, left : left + kernel]
            expected[row, column] = (patch * weights).sum()
    actual = convolution(image[None, None])[0, 0].detach()
    torch.testing.assert_close(actual, torch.from_numpy(expected))
