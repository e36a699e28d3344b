import pytest
import torch

from tracker.models import TwinNetwork, backbone_in, fuse_for_inference, load_model


@pytest.fixture(params=["lite", "siamfc"])
def network(request):
    torch.manual_seed(0)
    network = TwinNetwork(request.param).eval()
    for module in network.modules():  # statistics as after training, so that folding has work
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    return network


@pytest.fixture
def crops():
    torch.manual_seed(1)
    return torch.rand(2, 3, 127, 127) * 255, torch.rand(4, 3, 255, 255) * 255


@torch.inference_mode()
def test_response_is_the_correlation_of_the_embeddings(network, crops):
    exemplar, search = crops
    z, x = network.embed_exemplar(exemplar), network.embed_search(search)
    response = network(exemplar, search)
    size = 17 if network.architecture == "siamfc" else 25
    assert response.shape == (4, 1, size, size)
    with torch.no_grad():
        network.gain.fill_(2.0)
        network.bias.fill_(0.5)
    row, column = 3, 11
    h, w = z.shape[2:]
    for index in range(4):
        window = x[index, :, row : row + h, column : column + w]
        expected = 2 * (z[index // 2] * window).sum() + 0.5
        actual = network.correlate(z, x)[index, 0, row, column]
        torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_an_exemplar_finds_itself_in_the_middle():
    """The exemplar is the middle of its own search crop: no displacement, the largest response."""
    torch.manual_seed(0)
    network = TwinNetwork("siamfc").eval()
    search = torch.rand(1, 3, 255, 255) * 255
    response = network(search[..., 64:191, 64:191], search)[0, 0]
    assert response.argmax() == 8 * 17 + 8


def test_one_set_of_weights_embeds_both(network):
    """A change of any weight changes both embeddings: there is no second branch."""
    names = {name.split(".")[0] for name, _ in network.named_parameters()}
    assert names - {"head"} == {"backbone", "gain", "bias"}
    assert ("head" in names) == (network.head is not None) == (network.architecture == "lite")


@torch.inference_mode()
def test_one_pass_gives_all_that_the_embeddings_are_made_of(network, crops):
    exemplar, search = crops
    features = network.extract(exemplar)
    part = network.exemplar_part(features.embedding)
    torch.testing.assert_close(part, network.embed_exemplar(exemplar))
    torch.testing.assert_close(network.extract(search).embedding, network.embed_search(search))
    assert len(features.levels) == (2 if network.architecture == "lite" else 0)


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


def test_gradients_reach_every_weight_of_the_similarity(network, crops):
    network.train()
    network(*crops).square().mean().backward()
    for name, parameter in network.named_parameters():
        if name.startswith("head."):  # reads the features, does not make them
            assert parameter.grad is None, name
            continue
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


def test_an_unknown_architecture_is_named():
    with pytest.raises(ValueError, match="out of lite, siamfc; got 'resnet'"):
        TwinNetwork("resnet")


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
