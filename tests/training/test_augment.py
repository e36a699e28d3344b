"""Changes of pixels: what they do to known crops, and what they leave alone."""

import cv2
import numpy as np
import pytest

from tests.training.picture_trees import noise
from tracker.training import augment
from tracker.training.augment_config import AugmentConfig


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def crop():
    return cv2.GaussianBlur(noise(3, (64, 64)), (0, 0), 2)


def every_change(crop, rng):
    box = np.array([30, 34, 20, 16], np.float32)
    config = AugmentConfig(blur=1, jpeg=1)
    yield "degrade", augment.degrade(crop, config, 1.0, rng)
    yield "blur", augment.blur(crop, 9, rng)
    yield "recolour", augment.recolour(crop, config, 1.0, rng)
    yield "without_colour", augment.without_colour(crop)
    yield "compress", augment.compress(crop, 40)
    yield "occlude", augment.occlude(crop, box, 0.5, rng)
    yield "paste", augment.paste(crop, noise(9, (64, 64)), box, 4)


def test_each_change_makes_a_new_crop_and_leaves_the_old(crop, rng):
    before = crop.copy()
    for name, changed in every_change(crop, rng):
        assert (changed.shape, changed.dtype) == (crop.shape, np.uint8), name
        assert (changed != before).any(), name
        assert (crop == before).all(), name


def test_changes_depend_on_the_generator_alone(crop):
    first, again = (dict(every_change(crop, np.random.default_rng(1))) for _ in range(2))
    assert all((first[name] == again[name]).all() for name in first)


def test_nothing_is_changed_where_all_is_off(crop, rng):
    off = AugmentConfig(blur=0, jpeg=0, brightness=0, offset=0, channel_gain=0, contrast=0)
    assert (augment.degrade(crop, off, 1.0, rng) == crop).all()
    assert (augment.degrade(crop, AugmentConfig(blur=0, jpeg=0), 0.0, rng) == crop).all()


@pytest.mark.parametrize(
    ("angle", "cells"),
    [
        (0, [(2, 0), (2, 1), (2, 2), (2, 3), (2, 4)]),
        (np.pi / 2, [(0, 2), (1, 2), (2, 2), (3, 2), (4, 2)]),
        (np.pi / 4, [(1, 1), (2, 2), (3, 3)]),
    ],
)
def test_motion_blurs_along_its_direction(angle, cells):
    line = augment.motion_filter(5, angle)
    assert line.sum() == pytest.approx(1)
    # A slanted motion of five pixels ends within the third diagonal cell from the middle.
    assert [tuple(cell) for cell in np.argwhere(line > 0.01).tolist()] == cells


def test_blur_is_of_both_kinds_and_keeps_the_mean(rng):
    dot = np.zeros((41, 41, 3), np.uint8)
    dot[20, 20] = 255
    spread = [augment.blur(dot, 9, rng)[..., 0] > 0 for _ in range(200)]
    boxes = [lit for lit in spread if lit.sum() in (9, 25, 49, 81)]
    assert 60 < len(boxes) < 140
    widest = max(int(np.ptp(np.argwhere(lit), axis=0).max()) + 1 for lit in spread)
    assert widest == 9
    flat = np.full((20, 20, 3), 90, np.uint8)
    assert (augment.blur(flat, 9, rng) == 90).all()


def test_recolour_stays_in_its_limits(rng):
    config = AugmentConfig(brightness=0.2, offset=10, channel_gain=0, contrast=0)
    flat = np.full((8, 8, 3), 100, np.uint8)
    values = np.array([augment.recolour(flat, config, 1.0, rng)[0, 0, 0] for _ in range(2000)])
    low, high = 100 * np.exp(-0.2) - 10, 100 * np.exp(0.2) + 10
    assert low - 1 <= values.min() < low + 6
    assert high - 6 < values.max() <= high + 1


def test_contrast_keeps_the_mean(crop, rng):
    config = AugmentConfig(brightness=0, offset=0, channel_gain=0, contrast=0.4)
    stretched = [augment.recolour(crop, config, 1.0, rng) for _ in range(50)]
    assert all(abs(c.mean() - crop.mean()) < 1.5 for c in stretched)
    ratios = [c.std() / crop.std() for c in stretched]
    assert min(ratios) < 0.8 < 1.25 < max(ratios)


def test_a_channel_gain_tints_a_grey_crop(rng):
    config = AugmentConfig(brightness=0, offset=0, channel_gain=0.3, contrast=0)
    tinted = augment.recolour(np.full((4, 4, 3), 100, np.uint8), config, 1.0, rng)
    assert len(set(tinted[0, 0].tolist())) == 3


def test_grey_has_the_luminance_of_the_standard():
    pure = np.eye(3, dtype=np.uint8)[None] * 255
    assert augment.without_colour(pure)[0].tolist() == [[76] * 3, [150] * 3, [29] * 3]


def test_compression_keeps_colours_in_their_channels():
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 200
    assert np.abs(augment.compress(red, 90).astype(int) - red).max() < 12


def test_low_quality_loses_more(crop):
    loss = [np.abs(augment.compress(crop, q).astype(int) - crop).mean() for q in (95, 50, 20)]
    assert loss[0] < loss[1] < loss[2]


def test_occlusion_hides_only_a_part_of_the_object(rng):
    box = np.array([50, 40, 30, 20], np.float32)
    crop = noise(5, (100, 100))
    for _ in range(200):
        rows, columns = np.nonzero((augment.occlude(crop, box, 0.5, rng) != crop).any(axis=2))
        assert np.ptp(columns) < 16  # half of the object's width
        assert np.ptp(rows) < 11
        assert 50 - 15 - 8 <= columns.min() <= columns.max() <= 50 + 15 + 8
        assert 40 - 10 - 6 <= rows.min() <= rows.max() <= 40 + 10 + 6


def test_occlusion_outside_the_crop_changes_nothing(crop, rng):
    far = np.array([-200, -200, 30, 20], np.float32)
    assert (augment.occlude(crop, far, 0.5, rng) == crop).all()


def test_a_pasted_object_fills_its_box_softly_and_no_more():
    below, above = np.zeros((60, 60, 3), np.uint8), np.full((60, 60, 3), 200, np.uint8)
    pasted = augment.paste(below, above, np.array([30, 25, 20, 12], np.float32), 2)[..., 0]
    rows, columns = np.nonzero(pasted)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (20, 39, 19, 30)
    assert pasted[25, 30] == 200
    assert pasted[19, 20] == 0  # an ellipse leaves the corners of its box
    share = (pasted / 200).sum() / (np.pi / 4 * 20 * 12)
    assert 0.8 < share < 1


def test_a_pasted_object_may_reach_over_the_edge():
    below, above = np.zeros((30, 30, 3), np.uint8), np.full((30, 30, 3), 200, np.uint8)
    pasted = augment.paste(below, above, np.array([0, 0, 20, 20], np.float32), 10)[..., 0]
    assert (pasted[:8, :8] == 200).all()
    assert (pasted[10:] == 0).all()
    assert (pasted[:, 10:] == 0).all()
