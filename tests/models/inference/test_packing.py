"""Packed convolutions: the same numbers as plain ones, at any size."""

import pytest
import torch
from torch import nn

from tracker.models import fuse_for_inference, load_model, prepare_for_inference
from tracker.models.inference import packing

CPU = torch.device("cpu")
needs_onednn = pytest.mark.skipif(not packing.can_pack(), reason="this PyTorch has no oneDNN")


@pytest.fixture(scope="module", params=["lite", "siamfc"])
def network(request):
    return load_model(request.param).network


@pytest.fixture(scope="module")
def both(network):
    """The network with plain and with packed convolutions."""
    return fuse_for_inference(network), prepare_for_inference(network, CPU)


def crops(count, size):
    torch.manual_seed(size)
    return torch.rand(count, 3, size, size) * 255


@needs_onednn
@pytest.mark.parametrize(("count", "size"), [(1, 127), (1, 255), (3, 255), (2, 200), (1, 173)])
@torch.inference_mode()
def test_features_are_those_of_plain_convolutions(both, count, size):
    plain, ours = (each.extract(crops(count, size)) for each in both)
    for one, other in zip(
        (plain.embedding, *plain.levels), (ours.embedding, *ours.levels), strict=True
    ):
        torch.testing.assert_close(other, one, rtol=1e-4, atol=1e-5 * float(one.abs().max()))


@needs_onednn
@torch.inference_mode()
def test_the_head_reads_off_the_same(both):
    if both[0].head is None:
        pytest.skip("has no box head")
    boxes = torch.tensor([[127.5, 120, 60, 40], [100, 150, 30, 70.0]])
    changes = []
    for each in both:
        levels = each.extract(crops(2, 255)).levels
        changes.append(each.head(each.head.exemplar_parts(levels, boxes), levels, boxes))
    assert changes[0].std(0).min() > 0.001
    torch.testing.assert_close(*changes, rtol=1e-3, atol=1e-4)


@needs_onednn
def test_every_convolution_is_packed_with_its_activation(both):
    kinds = [
        [
            type(module)
            for layers in each.modules()
            if isinstance(layers, nn.Sequential)
            for module in layers
        ]
        for each in both
    ]
    convolutions = sum(issubclass(kind, nn.Conv2d) for kind in kinds[0])
    assert convolutions > 4
    assert kinds[1].count(packing._PackedConv2d) == convolutions
    assert not any(issubclass(kind, nn.Conv2d | nn.ReLU6) for kind in kinds[1])
    # the head has one activation that follows no convolution
    assert kinds[1].count(nn.ReLU) == (0 if both[0].head is None else 1)


@needs_onednn
@torch.inference_mode()
def test_weights_are_laid_out_once_for_a_size(network, monkeypatch):
    laid_out, pack = [], packing._PackedConv2d._pack
    monkeypatch.setattr(
        packing._PackedConv2d,
        "_pack",
        lambda self, shape: laid_out.append(shape) or pack(self, shape),
    )
    ours = prepare_for_inference(network, CPU)
    for size in (127, 255, 127, 255):
        ours.extract(crops(1, size))
    assert len(laid_out) == 2 * sum(
        isinstance(module, packing._PackedConv2d) for module in ours.backbone.modules()
    )


@torch.inference_mode()
def test_without_onednn_convolutions_stay_as_they_are(network, both, monkeypatch):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    ours = prepare_for_inference(network, CPU)
    assert not any(isinstance(module, packing._PackedConv2d) for module in ours.modules())
    search = crops(1, 255)
    assert torch.equal(ours.extract(search).embedding, both[0].extract(search).embedding)
