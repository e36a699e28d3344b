import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tracker.models.backbones import AlexNetBackbone, LiteBackbone, SameConv2d


def test_alexnet_has_the_sizes_of_the_paper():
    backbone = AlexNetBackbone().eval()
    assert backbone(torch.zeros(1, 3, 127, 127)).shape == (1, 256, 6, 6)
    assert backbone(torch.zeros(2, 3, 255, 255)).shape == (2, 256, 22, 22)
    parameters = sum(weight.numel() for weight in backbone.parameters())
    # convolutions with biases by hand, and two numbers per channel of the four batch norms
    convolutions = (
        96 * 3 * 121 + 96 + 256 * 48 * 25 + 256 + 384 * 256 * 9 + 384
        + 384 * 192 * 9 + 384 + 256 * 192 * 9 + 256
    )  # fmt: skip
    assert parameters == convolutions + 2 * (96 + 256 + 384 + 384)


def test_alexnet_moves_by_one_cell_per_stride():
    """Without padding the embedding is translation-equivariant: the paper's whole point."""
    torch.manual_seed(0)
    backbone = AlexNetBackbone().eval()
    picture = torch.rand(1, 3, 263, 263) * 255
    here, there = backbone(picture[..., :255, :255]), backbone(picture[..., 8:, 8:])
    torch.testing.assert_close(here[..., 1:, 1:], there[..., :-1, :-1], rtol=1e-3, atol=1e-3)


def test_lite_sizes_and_unit_length():
    torch.manual_seed(0)
    backbone = LiteBackbone().eval()
    search = backbone(torch.rand(1, 3, 255, 255) * 255)
    assert search.shape == (1, 112, 32, 32)
    torch.testing.assert_close(search.norm(dim=1), torch.ones(1, 32, 32))
    exemplar = backbone(torch.rand(1, 3, 127, 127) * 255)
    assert exemplar.shape == (1, 112, 16, 16)
    part = backbone.exemplar_part(exemplar)
    torch.testing.assert_close(part, exemplar[..., 4:12, 4:12])


def test_lite_keeps_the_middle_of_both_crops_in_the_same_place():
    """Cell j of every map lies on crop pixel 8 j + c with the same c, whatever the crop."""
    torch.manual_seed(0)
    backbone = LiteBackbone().eval()
    picture = torch.rand(1, 3, 255, 255) * 255
    whole, middle = backbone(picture), backbone(picture[..., 64:191, 64:191])
    similarity = (whole[..., 8:24, 8:24] * middle).sum(dim=1)[0]
    assert similarity[4:12, 4:12].min() > 0.9  # the border of the smaller crop sees its padding


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
