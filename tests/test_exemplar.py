"""The exemplar: the samples that it learns from, its responses, and the box head's opinion."""

import cv2
import numpy as np
import pytest
import torch

from tracker.boxes import center_and_size
from tracker.config import TrackerConfig
from tracker.crops import crop_squares, exemplar_extent, mean_color, search_extent
from tracker.exemplar import BLUR, FIRST_SHIFTS, MIN_SIGMA, Exemplar
from tracker.models import fuse_for_inference, load_model

SMALL = {"exemplar_size": 64, "search_size": 127}  # a quarter of the time
LEARNING = TrackerConfig(kernel_first_steps=8, **SMALL)
STATIC = TrackerConfig(**SMALL)


@pytest.fixture(scope="module")
def network():
    return fuse_for_inference(load_model("lite").network)


@pytest.fixture
def exemplar_of(network, moving_patch):
    """Make the exemplar of a frame of the moving patch with a configuration."""

    def make(config, number=0):
        frame = moving_patch.frames[number]
        return Exemplar(network, config, frame, moving_patch.boxes[number], mean_color(frame))

    return make


def search_crop(frame, box, shift=(0.0, 0.0), config=STATIC):
    """The search crop around a box, or around a place some crop pixels beside it."""
    center, size = center_and_size(box)
    extent = exemplar_extent(*size, config.context_amount)
    extent = search_extent(extent, config.exemplar_size, config.search_size)
    center = center - np.array(shift) * extent / config.search_size
    return crop_squares(frame, center, [extent], config.search_size, mean_color(frame))


def peak_offset(response):
    """Where a map is highest, from its middle, in cells ``(right, down)``."""
    row, column = np.unravel_index(response.argmax(), response.shape)
    middle = (len(response) - 1) / 2
    return column - middle, row - middle


@pytest.mark.parametrize("config", [STATIC, LEARNING], ids=["static", "learned"])
@pytest.mark.parametrize("cells", [(0, 0), (3, 0), (0, -2), (-2, 3)])
def test_the_response_is_highest_where_the_object_is(exemplar_of, moving_patch, config, cells):
    crop = search_crop(moving_patch.frames[0], moving_patch.boxes[0], 8 * np.array(cells))
    exemplar = exemplar_of(config)
    response = exemplar.respond(exemplar.extract(crop))
    assert response.shape == (1, 9, 9)  # 16 cells of stride 8 less 8 of the exemplar, and 1
    assert peak_offset(response[0]) == cells


def test_a_static_exemplar_is_the_correlation_of_the_paper(exemplar_of, network, moving_patch):
    frame, box = moving_patch.frames[0], moving_patch.boxes[0]
    exemplar = exemplar_of(STATIC)
    crop = search_crop(moving_patch.frames[1], box)
    center, size = center_and_size(box)
    first = crop_squares(frame, center, [exemplar_extent(*size)], 64, mean_color(frame))
    z, x = (torch.from_numpy(each).permute(0, 3, 1, 2).float() for each in (first, crop))
    expected = network(z, x)[0, 0].numpy()
    before = exemplar.respond(exemplar.extract(crop))[0]
    np.testing.assert_allclose(before, expected, atol=1e-5)
    exemplar.learn(moving_patch.frames[2], moving_patch.boxes[2])  # has no kernel: nothing to learn
    assert np.array_equal(exemplar.respond(exemplar.extract(crop))[0], before)


def test_the_first_kernel_answers_as_wanted(exemplar_of, moving_patch):
    """About 1 on the object and little away from it, whatever the gain of the network is."""
    exemplar = exemplar_of(LEARNING)
    crop = search_crop(moving_patch.frames[0], moving_patch.boxes[0])
    response = exemplar.respond(exemplar.extract(crop))[0]
    assert 0.6 < response[4, 4] < 1.2
    away = response.copy()
    away[2:7, 2:7] = 0
    assert np.abs(away).max() < 0.4


@pytest.fixture
def kernels(monkeypatch):
    """A stand-in for the kernel that keeps what it is given; the list of those made."""
    made = []

    class Kept:
        def __init__(self, samples, labels, config):
            self.samples, self.labels = samples, labels
            self.later = []
            made.append(self)

        def learn(self, sample, label):
            self.later.append((sample, label))

    monkeypatch.setattr("tracker.exemplar.ExemplarKernel", Kept)
    return made


def test_the_samples_of_the_first_frame(exemplar_of, kernels, moving_patch):
    """Moved by whole cells, mirrored, blurred; the label says where the object is in each."""
    frame, box = moving_patch.frames[0], moving_patch.boxes[0]
    exemplar = exemplar_of(LEARNING)
    (kernel,) = kernels
    assert kernel.samples.shape == (7, 112, 16, 16)
    assert kernel.labels.shape == (7, 9, 9)
    shifts = [*FIRST_SHIFTS, (0, 0), (0, 0)]
    for label, shift in zip(kernel.labels, shifts, strict=True):
        assert peak_offset(label.numpy()) == shift
        assert label.max() == 1
    plain = search_crop(frame, box)
    crops = [search_crop(frame, box, 8 * np.array(shift)) for shift in FIRST_SHIFTS]
    crops += [plain[:, :, ::-1].copy(), cv2.GaussianBlur(plain[0], (0, 0), BLUR)[None]]
    for sample, crop in zip(kernel.samples, crops, strict=True):
        torch.testing.assert_close(sample, exemplar.extract(crop).embedding[0], rtol=0, atol=1e-4)


def test_a_later_sample_is_around_the_object_as_it_is_then(exemplar_of, kernels, moving_patch):
    exemplar = exemplar_of(LEARNING)
    frame, box = moving_patch.frames[5], moving_patch.boxes[5]
    exemplar.learn(frame, box)
    ((sample, label),) = kernels[0].later
    assert peak_offset(label[0].numpy()) == (0, 0)
    # The colour beyond the frame's edge is that of the first frame; this crop reaches over none.
    crop = search_crop(frame, box)
    torch.testing.assert_close(sample, exemplar.extract(crop).embedding, rtol=0, atol=1e-4)


@pytest.mark.parametrize("sigma", [0.25, 0.5, 0.01])
def test_the_wanted_response_is_as_wide_as_the_object(exemplar_of, kernels, sigma):
    """The patch is 44 x 36 frame pixels; a cell of 8 crop pixels is 8 extents / 64 of them."""
    exemplar_of(TrackerConfig(kernel_first_steps=1, kernel_sigma=sigma, **SMALL))
    cell = exemplar_extent(44, 36) / 8
    label = kernels[0].labels[0].numpy()
    for beside, side in ((label[4, 5], 44), (label[5, 4], 36)):
        deviation = max(sigma * side / cell, MIN_SIGMA)
        assert beside == pytest.approx(np.exp(-0.5 / deviation**2), rel=1e-5)


def test_learning_takes_up_how_the_object_looks_now(exemplar_of, moving_patch):
    """Grey in place of the patch is hardly known; after some samples of it, it is."""
    frame, box = moving_patch.frames[0].copy(), moving_patch.boxes[0]
    x, y, w, h = map(int, box)
    frame[y : y + h, x : x + w] = 90
    exemplar = exemplar_of(
        TrackerConfig(kernel_first_steps=15, kernel_lr=0.2, kernel_steps=10, **SMALL)
    )
    features = exemplar.extract(search_crop(frame, box))
    before = exemplar.respond(features)[0, 4, 4]
    for _ in range(4):
        exemplar.learn(frame, box)
    after = exemplar.respond(features)[0]
    assert after[4, 4] > before + 0.15
    assert peak_offset(after) == (0, 0)


def test_two_exemplars_learn_apart(exemplar_of, moving_patch):
    crop = search_crop(moving_patch.frames[0], moving_patch.boxes[0])
    one, other = exemplar_of(LEARNING), exemplar_of(LEARNING)
    features = one.extract(crop)
    before = other.respond(features)
    one.learn(moving_patch.frames[6], moving_patch.boxes[6])
    assert not np.array_equal(one.respond(features), before)
    assert np.array_equal(other.respond(features), before)


def test_the_box_head_is_asked_about_one_crop(network, moving_patch):
    """The opinion on crop 1 of 3 is that on the crop alone, and makes a false size right."""
    frame, box = moving_patch.frames[0], moving_patch.boxes[0]
    config = TrackerConfig(box_lr=1.0)
    exemplar = Exemplar(network, config, frame, box, mean_color(frame))
    center, size = center_and_size(box)
    extents = exemplar_extent(*size) * 255 / 127 * np.array([0.8, 1.0, 1.25])
    crops = crop_squares(frame, center, extents, 255, mean_color(frame))
    known = size * 255 / extents[1]
    proposal = np.array([130.0, 124.0, *(1.3 * known)])
    opinion = exemplar.refine(exemplar.extract(crops), 1, proposal)
    alone = exemplar.refine(exemplar.extract(crops[1:2]), 0, proposal)
    assert opinion.dtype == np.float64
    np.testing.assert_allclose(opinion, alone, rtol=1e-3)
    np.testing.assert_allclose(opinion[2:], known, rtol=0.15)
    np.testing.assert_allclose(opinion[:2], 127.5, atol=5)
