"""The backbone of the paper: its sizes, its weights, its translation equivariance."""

import torch

from tracker.models.backbones.alexnet import AlexNetBackbone


def test_it_has_the_sizes_of_the_paper():
    backbone = AlexNetBackbone().eval()
    assert backbone(torch.zeros(1, 3, 127, 127)).embedding.shape == (1, 256, 6, 6)
    search = backbone(torch.zeros(2, 3, 255, 255))
    assert search.embedding.shape == (2, 256, 22, 22)
    assert search.levels == ()
    assert backbone.box_head() is None
    parameters = sum(weight.numel() for weight in backbone.parameters())
    # convolutions with biases by hand, and two numbers per channel of the four batch norms
    convolutions = (
        96 * 3 * 121
        + 96
        + 256 * 48 * 25
        + 256
        + 384 * 256 * 9
        + 384
        + 384 * 192 * 9
        + 384
        + 256 * 192 * 9
        + 256
    )
    assert parameters == convolutions + 2 * (96 + 256 + 384 + 384)


def test_the_parts_of_the_trunk_are_the_five_convolutions_with_what_follows_each():
    backbone = AlexNetBackbone()
    parts = backbone.trunk_parts
    assert [type(part[0]) for part in parts] == [torch.nn.Conv2d] * 5
    assert [layer for part in parts for layer in part] == list(backbone.layers)


def test_the_embedding_moves_by_one_cell_per_stride():
    """Without padding the embedding is translation-equivariant: the paper's whole point."""
    torch.manual_seed(0)
    backbone = AlexNetBackbone().eval()
    picture = torch.rand(1, 3, 263, 263) * 255
    here = backbone(picture[..., :255, :255]).embedding
    there = backbone(picture[..., 8:, 8:]).embedding
    torch.testing.assert_close(here[..., 1:, 1:], there[..., :-1, :-1], rtol=1e-3, atol=1e-3)


def test_the_exemplar_is_the_whole_embedding():
    embedding = torch.rand(1, 256, 6, 6)
    assert AlexNetBackbone().exemplar_part(embedding) is embedding
