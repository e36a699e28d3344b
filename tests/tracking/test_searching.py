"""The stages of a search: crops, correlation with the exemplar, peaks, the size by the box head."""

import numpy as np
import pytest
import torch

from tests.tracking.search_crops import LEARNING, STATIC, peak_offset, search_crop
from tracker.boxes import center_and_size
from tracker.config import TrackerConfig
from tracker.crops import crop_squares, exemplar_extent, mean_color
from tracker.models.inference.extract import extract
from tracker.tracking.engine import Engine
from tracker.tracking.exemplar import Exemplar
from tracker.tracking.searching import refine, respond


@pytest.mark.parametrize("config", [STATIC, LEARNING], ids=["static", "learned"])
@pytest.mark.parametrize("cells", [(0, 0), (3, 0), (0, -2), (-2, 3)])
def test_the_response_is_highest_where_the_object_is(
    exemplar_of, network, moving_patch, config, cells
):
    crop = search_crop(moving_patch.frames[0], moving_patch.boxes[0], 8 * np.array(cells))
    exemplar = exemplar_of(config)
    assert exemplar.is_learned == (config is LEARNING)
    response = respond(network, [exemplar], extract(network, crop))
    assert response.shape == (1, 9, 9)  # 16 cells of stride 8 less 8 of the exemplar, and 1
    assert peak_offset(response[0]) == cells


def test_a_static_exemplar_is_the_correlation_of_the_paper(
    exemplar_of, network, answer, moving_patch
):
    frame, box = moving_patch.frames[0], moving_patch.boxes[0]
    exemplar = exemplar_of(STATIC)
    crop = search_crop(moving_patch.frames[1], box)
    center, size = center_and_size(box)
    first = crop_squares(frame, center, [exemplar_extent(*size)], 64, mean_color(frame))
    z, x = (torch.from_numpy(each).permute(0, 3, 1, 2).float() for each in (first, crop))
    expected = network(z, x)[0, 0].numpy()
    before = answer(exemplar, crop)
    np.testing.assert_allclose(before, expected, atol=1e-5)
    for remember in (False, True):  # has no learned: nothing to learn
        exemplar.learn(moving_patch.frames[2], moving_patch.boxes[2], remember)
        assert np.array_equal(answer(exemplar, crop), before)


@pytest.mark.parametrize("config", [STATIC, LEARNING], ids=["static", "learned"])
def test_each_exemplar_answers_to_its_own_crop(exemplar_of, network, answer, moving_patch, config):
    """Exactly as it does alone, though all crops go through the network together."""
    exemplars = [exemplar_of(config, number) for number in (0, 11, 5, 0, 7, 3)]
    crops = [search_crop(moving_patch.frames[1], moving_patch.boxes[n]) for n in (1, 1, 8, 8, 2, 5)]
    together = respond(network, exemplars, extract(network, np.concatenate(crops)))
    alone = [answer(exemplar, crop) for exemplar, crop in zip(exemplars, crops, strict=True)]
    assert np.array_equal(together, np.stack(alone))
    assert not np.array_equal(together[2], together[3])  # the same crop, other exemplars


def test_the_box_head_makes_a_false_size_right(network, moving_patch):
    """In crops of any zoom; it is asked about one of them, in its own pixels."""
    frame, box = moving_patch.frames[0], moving_patch.boxes[0]
    config = TrackerConfig(box_lr=1.0)
    exemplar = Exemplar(network, config, frame, box, mean_color(frame))
    center, size = center_and_size(box)
    for zoom in (0.8, 1.0, 1.25):
        extent = exemplar_extent(*size) * 255 / 127 * zoom
        crop = crop_squares(frame, center, [extent], 255, mean_color(frame))
        known = size * 255 / extent
        levels = extract(network, crop).levels
        opinion = refine(network.head, exemplar.parts, levels, [130.0, 124.0, *(1.3 * known)])
        assert opinion.dtype == np.float64
        np.testing.assert_allclose(opinion[2:], known, rtol=0.15)
        np.testing.assert_allclose(opinion[:2], 127.5, atol=6)


@pytest.fixture
def engine(moving_patch):
    return Engine(device="cpu", num_scales=3, scale_step=1.1)


def test_every_place_gets_a_crop_per_scale(engine, moving_patch):
    """The search square of a box 44 x 36: 127 / 255 of s_x, at 1/1.1, 1 and 1.1 of it."""
    target = engine.start(moving_patch.frames[0], moving_patch.boxes[0])
    places = [(target, np.array([50.0, 60.0])), (target, np.array([70.0, 60.0]))]
    crops = engine._searcher.scaled_crops(places)
    assert [tuple(crop.center) for crop in crops] == [(50, 60)] * 3 + [(70, 60)] * 3
    side = exemplar_extent(44, 36) * 255 / 127
    assert [crop.extent for crop in crops[:3]] == pytest.approx([side / 1.1, side, side * 1.1])
    assert engine._searcher.cut_out(moving_patch.frames[0], crops).shape == (6, 255, 255, 3)


def test_the_best_of_several_places_is_where_the_object_is(engine, moving_patch):
    target = engine.start(moving_patch.frames[0], moving_patch.boxes[0])
    true_center = center_and_size(moving_patch.boxes[1])[0]
    places = [*(true_center + np.array([(150, 0), (20, -15), (0, 140)]))]
    (found,) = engine._searcher.best_of_places(moving_patch.frames[1], [(target, places)])
    assert tuple(found.crop.center) == tuple(places[1])
    np.testing.assert_allclose(found.center, true_center, atol=3)
    assert engine._searcher.best_of_places(moving_patch.frames[1], []) == []


def test_a_box_of_the_same_size_is_centred_on_the_candidate(engine, moving_patch):
    target = engine.start(moving_patch.frames[0], moving_patch.boxes[0])
    (found,) = engine._locate(moving_patch.frames[1], [(target, target.center)])
    center, size = center_and_size(found.box_of_same_size)
    np.testing.assert_allclose(center, found.center, atol=1e-4)
    assert tuple(size) == pytest.approx((44, 36), abs=1e-4)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_centre_follows_the_box_head_in_part(moving_patch, monkeypatch, share):
    """A shift by 0.2 of the width counts, one by twice the height counts for half of it."""
    engine = Engine(device="cpu", num_scales=1, box_center=share)
    target = engine.start(moving_patch.frames[0], moving_patch.boxes[0])
    (found,) = engine._locate(moving_patch.frames[1], [(target, target.center)])
    monkeypatch.setattr(
        "tracker.tracking.searching.refine",
        lambda head, parts, levels, box: np.add(box, (0.2 * box[2], -2 * box[3], 0, 0)),
    )
    (box,) = engine._searcher.boxes([found])
    center, size = center_and_size(box)
    assert tuple(size) == pytest.approx((44, 36), abs=1e-3)
    expected = np.add(found.center, (share * 0.2 * 44, -share * 0.5 * 36))
    np.testing.assert_allclose(center, expected, atol=1e-3)
