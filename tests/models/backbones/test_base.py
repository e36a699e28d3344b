"""What every backbone keeps to: the contract of the base class, checked for all of them."""

import pytest
import torch

from tracker.models.backbones import BACKBONES, Backbone, Features
from tracker.models.heads import BoxHead


@pytest.fixture(params=BACKBONES.values(), ids=BACKBONES)
def backbone(request):
    torch.manual_seed(0)
    return request.param().eval()


def crops(count, side):
    return 255 * torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(side))


@torch.inference_mode()
def test_the_embedding_has_the_channels_and_the_stride_that_are_declared(backbone):
    first, larger = (backbone(crops(1, side)) for side in (127, 127 + 8 * backbone.total_stride))
    assert isinstance(first, Features)
    assert first.embedding.shape[:2] == (1, backbone.out_channels)
    for axis in (2, 3):  # eight strides more of crop are eight cells more
        assert larger.embedding.shape[axis] - first.embedding.shape[axis] == 8


@torch.inference_mode()
def test_a_crop_is_embedded_by_itself(backbone):
    both = crops(2, 127)
    together, alone = backbone(both), backbone(both[1:])
    torch.testing.assert_close(together.embedding[1:], alone.embedding, rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_the_head_reads_the_levels_of_its_backbone(backbone):
    levels, head = backbone(crops(2, 127)).levels, backbone.box_head()
    assert (head is not None) == (levels != ()) == backbone.has_box_head()
    if head is not None:
        assert isinstance(head, BoxHead)
        boxes = torch.tensor([[60.0, 60, 40, 50], [64.0, 70, 30, 30]])
        parts = head.eval().exemplar_parts(levels, boxes)
        assert head(parts, levels, boxes).shape == (2, 4)


def test_every_weight_is_in_one_part_of_the_trunk(backbone):
    weights = [id(weight) for part in backbone.trunk_parts for weight in part.parameters()]
    assert sorted(weights) == sorted(id(weight) for weight in backbone.parameters())


@torch.inference_mode()
def test_smallest_exemplar(backbone):
    def embed(side):
        return backbone.exemplar_part(backbone(torch.zeros(1, 3, side, side)).embedding)

    assert min(embed(backbone.min_exemplar_size).shape) > 0
    with pytest.raises((ValueError, RuntimeError)):
        embed(backbone.min_exemplar_size - 1)


def test_a_backbone_without_an_exemplar_cannot_be_made():
    class Half(Backbone):
        def forward(self, crops):
            return Features(crops)

        trunk_parts = ()

    with pytest.raises(TypeError, match=r"abstract.*exemplar_part"):
        Half()


def test_a_backbone_has_no_head_unless_it_makes_one():
    class Plain(Backbone):
        def forward(self, crops):
            return Features(crops)

        def exemplar_part(self, embedding):
            return embedding

        trunk_parts = ()

    assert Plain().box_head() is None
    assert not Plain.has_box_head()
    assert Features(torch.zeros(1)).levels == ()
