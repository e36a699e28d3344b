"""The box head: where it samples, what it says of a box, and that the shipped one is right."""

import math

import numpy as np
import pytest
import torch

from tracker.boxes import center_and_size, overlap
from tracker.crops import crop_squares, exemplar_extent, mean_color, search_extent
from tracker.models import fuse_for_inference, load_model
from tracker.models.heads import LIMIT, BoxHead, change_between, refined, sample_boxes
from tracker.synthetic.sample import SampleClip

STRIDES, MARGINS, CHANNELS = (8, 16), (6.5, 10.5), (3, 5)
BOXES = torch.tensor(
    [
        [60.0, 52, 30, 44],
        [41.5, 70, 64, 9],
        [75.0, 35, 12, 12],
        [8.0, 100, 50, 90],  # reaches beyond the map
        [66.0, 61, 1, 1],
        [120.0, 90, 80, 20],
    ]
)


def places(center, size, grid, region):
    """Where samples of one side of a box are, one by one."""
    step = region * size / grid
    return [center - region * size / 2 + (number + 0.5) * step for number in range(grid)]


@pytest.mark.parametrize(("stride", "margin"), [(8, 6.5), (16, 10.5), (4, 0.0), (1, 0.5)])
@pytest.mark.parametrize(("grid", "region"), [(1, 1.0), (4, 1.25), (5, 2.0)])
def test_samples_of_a_ramp_are_the_pixels_that_they_are_taken_at(stride, margin, grid, region):
    """Two maps whose values are crop pixels, across and down; the second is 1000 more."""
    height, width = 128 // stride, 160 // stride
    rows = (margin + stride * torch.arange(height))[:, None].expand(height, width)
    columns = (margin + stride * torch.arange(width))[None].expand(height, width)
    level = torch.stack([columns, rows])[None] + torch.tensor([0.0, 1000])[:, None, None, None]
    samples = sample_boxes(level, BOXES, grid, region, stride, margin)
    assert samples.shape == (6, 2, grid, grid)
    for number, (cx, cy, w, h) in enumerate(BOXES.tolist()):
        base = 0 if number < 3 else 1000
        across = np.clip(places(cx, w, grid, region), margin, margin + stride * (width - 1))
        down = np.clip(places(cy, h, grid, region), margin, margin + stride * (height - 1))
        expected = np.stack(np.meshgrid(across, down)) + base
        np.testing.assert_allclose(samples[number].numpy(), expected, atol=2e-3)


def test_samples_between_cells_are_bilinear():
    torch.manual_seed(0)
    level = torch.rand(2, 3, 7, 9)
    boxes = torch.tensor([[37.0, 29, 20, 30], [25.0, 26, 28, 10]])
    samples = sample_boxes(level, boxes, 4, 1.5, 8, 6.5)
    for number, (cx, cy, w, h) in enumerate(boxes.tolist()):
        for row, y in enumerate(places(cy, h, 4, 1.5)):
            for column, x in enumerate(places(cx, w, 4, 1.5)):
                across, down = (x - 6.5) / 8, (y - 6.5) / 8
                left, top = math.floor(across), math.floor(down)
                a, b = across - left, down - top
                four = level[number, :, top : top + 2, left : left + 2]
                weights = torch.tensor([[(1 - a) * (1 - b), a * (1 - b)], [(1 - a) * b, a * b]])
                expected = (four * weights).sum((1, 2))
                torch.testing.assert_close(
                    samples[number, :, row, column], expected, rtol=0, atol=1e-5
                )


def test_a_change_by_hand():
    proposals = torch.tensor([[10.0, 20, 4, 8], [10.0, 20, 4, 8]])
    change = torch.tensor([[0.5, -0.25, math.log(2), math.log(0.5)], [0, 0, 5, -5]])
    expected = torch.tensor([[12.0, 18, 8, 4], [10, 20, 4 * math.e**LIMIT, 8 / math.e**LIMIT]])
    torch.testing.assert_close(refined(proposals, change), expected)


def test_a_change_and_its_inverse():
    generator = torch.Generator().manual_seed(0)
    proposals = 20 + 50 * torch.rand(50, 4, generator=generator)
    change = torch.rand(50, 4, generator=generator) * 1.8 - 0.9
    boxes = refined(proposals, change)
    torch.testing.assert_close(change_between(proposals, boxes), change, rtol=0, atol=1e-5)
    torch.testing.assert_close(refined(proposals, change_between(proposals, proposals)), proposals)


@pytest.fixture(scope="module")
def head():
    """An untrained head that has an opinion: large last weights, statistics of its own."""
    torch.manual_seed(0)
    head = BoxHead(CHANNELS, STRIDES, MARGINS).eval()
    for module in head.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    with torch.no_grad():
        head.read_off[-1].weight.mul_(50)
    return head


def levels(count, seed, side=128):
    generator = torch.Generator().manual_seed(seed)
    return tuple(
        torch.randn(count, channels, side // stride, side // stride, generator=generator)
        for channels, stride in zip(CHANNELS, STRIDES, strict=True)
    )


@torch.inference_mode()
def test_parts_of_an_exemplar_have_length_1_and_go_row_by_row(head):
    maps, box = levels(2, 1), torch.tensor([[60.0, 60, 40, 60], [70.0, 50, 30, 20]])
    parts = head.exemplar_parts(maps, box)
    assert parts.shape == (2, 64, 64)
    torch.testing.assert_close(parts.norm(dim=2), torch.ones(2, 64))
    # A box of one grid cell around the middle of the part in row 2, column 5 has the same middle.
    cx, cy, w, h = box[0].tolist()
    x, y = places(cx, w, 8, 1.25)[5], places(cy, h, 8, 1.25)[2]
    point = torch.tensor([[x, y, 1e-3, 1e-3]])
    there = head.exemplar_parts(tuple(level[:1] for level in maps), point)
    torch.testing.assert_close(there[0, 0], parts[0, 2 * 8 + 5], rtol=0, atol=1e-2)


@torch.inference_mode()
def test_a_proposal_is_judged_by_itself_with_the_exemplar_and_the_crop_of_its_own(head):
    exemplar_boxes = torch.tensor([[60.0, 60, 40, 60], [70.0, 50, 30, 20]])
    parts, search = head.exemplar_parts(levels(2, 1), exemplar_boxes), levels(2, 2)
    together = head(parts, search, BOXES)
    assert together.shape == (6, 4)
    for number in range(6):
        own = number // 3
        crop = tuple(level[own : own + 1] for level in search)
        alone = head(parts[own : own + 1], crop, BOXES[number : number + 1])
        torch.testing.assert_close(alone[0], together[number], rtol=1e-4, atol=1e-5)
    assert (together[0] - together[1]).abs().max() > 1e-2  # it has something to say
    other = head(parts.flip(0), search, BOXES)
    assert (other - together).abs().amax(1).min() > 1e-3  # and the exemplar matters


@torch.inference_mode()
def test_what_moves_with_the_picture_is_judged_alike(head):
    """By 32 pixels to the right and 16 down: whole cells of either level."""
    parts = head.exemplar_parts(levels(1, 1), torch.tensor([[64.0, 64, 40, 40]]))
    search = levels(1, 2, side=256)
    moved = tuple(
        level.roll((16 // stride, 32 // stride), (2, 3))
        for level, stride in zip(search, STRIDES, strict=True)
    )
    proposal = torch.tensor([[110.0, 120, 40, 30]])
    here = head(parts, search, proposal)
    there = head(parts, moved, proposal + torch.tensor([32.0, 16, 0, 0]))
    torch.testing.assert_close(there, here, rtol=1e-4, atol=1e-4)
    assert (head(parts, moved, proposal) - here).abs().max() > 1e-2


@pytest.fixture(scope="module")
def lite():
    return fuse_for_inference(load_model("lite").network)


def crop_around(frame, box, center, size):
    """A crop at the zoom of a box around a centre, ``(1, 3, size, size)``, and the box in it."""
    middle, sides = center_and_size(box)
    extent = search_extent(exemplar_extent(*sides), 127, size)
    crop = crop_squares(frame, center, [extent], size, mean_color(frame))
    in_crop = [*((middle - center) * size / extent + size / 2), *(sides * size / extent)]
    return torch.from_numpy(crop).permute(0, 3, 1, 2).float(), in_crop


@torch.inference_mode()
@pytest.mark.parametrize("factor", [1.3, 1 / 1.3])
def test_the_shipped_head_finds_the_sides_of_an_object(lite, factor):
    """The car of the sample clip, from proposals too large or too small and off the middle."""
    clip = SampleClip(frames=60)
    box = clip.truth(0)
    exemplar, known = crop_around(clip.frame(0), box, center_and_size(box)[0], 127)
    parts = lite.head.exemplar_parts(lite.extract(exemplar).levels, torch.tensor([known]).float())
    before, after = [], []
    for index in (3, 12, 24):
        frame, box = clip.frame(index), clip.truth(index)
        center, sides = center_and_size(box)
        search, (cx, cy, w, h) = crop_around(frame, box, center + 0.4 * sides, 255)
        truth = [cx - w / 2, cy - h / 2, w, h]
        proposals = torch.tensor(
            [
                [cx + right * w, cy + down * h, factor * w, factor * h]
                for right in (-0.12, 0.12)
                for down in (-0.12, 0.12)
            ]
        ).float()
        boxes = refined(proposals, lite.head(parts, lite.extract(search).levels, proposals))
        for each, overlaps in ((proposals, before), (boxes, after)):
            corner = torch.cat([each[:, :2] - each[:, 2:] / 2, each[:, 2:]], 1)
            overlaps.extend(overlap(corner.numpy(), truth))

    assert max(before) < 0.62
    assert np.mean(after) > 0.75
    assert (np.array(after) > before).all()
