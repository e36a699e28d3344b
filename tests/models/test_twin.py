"""The twin network: one set of weights, and the correlation of what it embeds."""

import pytest
import torch

from tracker.models import TwinNetwork


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
