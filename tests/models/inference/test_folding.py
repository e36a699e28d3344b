"""Networks prepared for inference compute what the trained ones do, and leave those unchanged."""

import pytest
import torch

from tracker.models import backbone_in, fuse_for_inference, load_model, prepare_for_inference
from tracker.models.inference import folding


@torch.inference_mode()
def test_folding_batch_norm_changes_nothing_but_the_speed(network, crops):
    fused = fuse_for_inference(network)
    kinds = [type(module).__name__ for module in fused.modules()]
    # lite keeps four that follow no convolution: of its output, and of what its head reads
    assert kinds.count("BatchNorm2d") == (4 if network.architecture == "lite" else 0)
    torch.testing.assert_close(fused(*crops), network(*crops), rtol=1e-3, atol=1e-4)
    assert any(parameter.requires_grad for parameter in network.parameters())


@torch.inference_mode()
def test_the_head_says_the_same_after_folding(crops):
    network = load_model("lite").network.eval()
    exemplar, search = crops
    known = torch.tensor([[63.5, 63.5, 60, 40], [60, 60, 30, 70]])
    proposals = torch.tensor([[127.5, 127.5, 60, 40], [100, 150, 30, 70]]).repeat(2, 1)
    changes = []
    for each in (network, fuse_for_inference(network)):
        parts = each.head.exemplar_parts(each.extract(exemplar).levels, known)
        changes.append(each.head(parts, each.extract(search[:2]).levels, proposals))
    assert changes[0].std(0).min() > 0.01
    torch.testing.assert_close(*changes, rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("name", ["lite", "siamfc"])
def test_a_backbone_in_16_bits_embeds_nearly_the_same(name):
    network = fuse_for_inference(load_model(name).network)
    assert backbone_in(network, torch.float32) is network
    other = backbone_in(network, torch.bfloat16)
    crops = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 255
    crops = torch.nn.functional.interpolate(crops, scale_factor=4).round()
    with torch.inference_mode():
        embedding, expected = other.embed_search(crops.bfloat16()), network.embed_search(crops)
    assert embedding.dtype == torch.bfloat16
    error = (embedding.float() - expected).norm() / expected.norm()
    assert 0 < error < 0.05
    assert network.embed_search(crops).dtype == torch.float32  # it is left as it was
    assert other.head is network.head


@torch.inference_mode()
def test_a_folded_convolution_by_hand():
    """y = gamma (w x - mean) / sqrt(variance + eps) + beta with w = 3, so 1.5 x - 0.5."""
    norm = torch.nn.BatchNorm2d(1, eps=0)
    norm.running_mean.fill_(2.0)
    norm.running_var.fill_(4.0)
    norm.weight.fill_(1.0)
    norm.bias.fill_(0.5)
    convolution = torch.nn.Conv2d(1, 1, 1, bias=False)
    convolution.weight.fill_(3.0)
    layers = torch.nn.Sequential(convolution, norm, torch.nn.ReLU()).eval()
    folding._fold_batch_norm(layers)
    assert [type(layer).__name__ for layer in layers] == ["Conv2d", "ReLU"]
    assert layers[0].weight.item() == 1.5
    assert layers[0].bias.item() == -0.5


@pytest.mark.parametrize("has_onednn", [True, False])
def test_a_prepared_network_says_whether_it_is_packed(network, monkeypatch, has_onednn):
    if has_onednn and not folding.can_pack():
        pytest.skip("this PyTorch has no oneDNN")
    monkeypatch.setattr(folding, "can_pack", lambda: has_onednn)
    prepared = prepare_for_inference(network, torch.device("cpu"))
    assert prepared.is_packed == has_onednn
    assert not network.is_packed
    assert not prepared.training
