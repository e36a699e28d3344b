"""The exemplar: what it learns from, what it remembers, and how alike a place is to it."""

import cv2
import numpy as np
import pytest
import torch

from tests.tracking.search_crops import LEARNING, SMALL, STATIC, peak_offset, search_crop
from tracker.config import TrackerConfig
from tracker.crops import exemplar_extent
from tracker.models.inference.extract import extract
from tracker.tracking.exemplar import BLUR, FIRST_SHIFTS, MIN_SIGMA


def test_the_first_filter_answers_as_wanted(exemplar_of, answer, moving_patch):
    """About 1 on the object and little away from it, whatever the gain of the network is."""
    exemplar = exemplar_of(LEARNING)
    crop = search_crop(moving_patch.frames[0], moving_patch.boxes[0])
    response = answer(exemplar, crop)
    assert 0.6 < response[4, 4] < 1.2
    away = response.copy()
    away[2:7, 2:7] = 0
    assert np.abs(away).max() < 0.4


@pytest.fixture
def filters(monkeypatch):
    """A stand-in for the learned that keeps what it is given; the list of those made."""
    made = []

    class Kept:
        def __init__(self, samples, labels, config):
            self.samples, self.labels = samples, labels
            self.later = []
            made.append(self)

        def learn(self, sample, label):
            self.later.append((sample, label))

    monkeypatch.setattr("tracker.tracking.exemplar.LearnedFilter", Kept)
    return made


def test_the_samples_of_the_first_frame(exemplar_of, network, filters, moving_patch):
    """Moved by whole cells, mirrored, blurred; the label says where the object is in each."""
    frame, box = moving_patch.frames[0], moving_patch.boxes[0]
    exemplar_of(LEARNING)
    (learned,) = filters
    assert learned.samples.shape == (7, 112, 16, 16)
    assert learned.labels.shape == (7, 9, 9)
    shifts = [*FIRST_SHIFTS, (0, 0), (0, 0)]
    for label, shift in zip(learned.labels, shifts, strict=True):
        assert peak_offset(label.numpy()) == shift
        assert label.max() == 1
    plain = search_crop(frame, box)
    crops = [search_crop(frame, box, 8 * np.array(shift)) for shift in FIRST_SHIFTS]
    crops += [plain[:, :, ::-1].copy(), cv2.GaussianBlur(plain[0], (0, 0), BLUR)[None]]
    for sample, crop in zip(learned.samples, crops, strict=True):
        embedding = extract(network, crop).embedding[0]
        torch.testing.assert_close(sample, embedding, rtol=0, atol=1e-4)


@pytest.mark.parametrize("remember", [False, True])
def test_a_later_sample_is_around_the_object_as_it_is_then(
    exemplar_of, network, filters, moving_patch, remember
):
    exemplar = exemplar_of(LEARNING)
    frame, box = moving_patch.frames[5], moving_patch.boxes[5]
    exemplar.learn(frame, box, remember)
    ((sample, label),) = filters[0].later
    assert peak_offset(label[0].numpy()) == (0, 0)
    # The colour beyond the frame's edge is that of the first frame; this crop reaches over none.
    crop = search_crop(frame, box)
    torch.testing.assert_close(sample, extract(network, crop).embedding, rtol=0, atol=1e-4)


@pytest.mark.parametrize("sigma", [0.25, 0.5, 0.01])
def test_the_wanted_response_is_as_wide_as_the_object(exemplar_of, filters, sigma):
    """The patch is 44 x 36 frame pixels; a cell of 8 crop pixels is 8 extents / 64 of them."""
    exemplar_of(TrackerConfig(filter_first_steps=1, filter_sigma=sigma, **SMALL))
    cell = exemplar_extent(44, 36) / 8
    label = filters[0].labels[0].numpy()
    for beside, side in ((label[4, 5], 44), (label[5, 4], 36)):
        deviation = max(sigma * side / cell, MIN_SIGMA)
        assert beside == pytest.approx(np.exp(-0.5 / deviation**2), rel=1e-5)


def test_learning_takes_up_how_the_object_looks_now(exemplar_of, answer, moving_patch):
    """Grey in place of the patch is hardly known; after some samples of it, it is."""
    frame, box = moving_patch.frames[0].copy(), moving_patch.boxes[0]
    x, y, w, h = map(int, box)
    frame[y : y + h, x : x + w] = 90
    exemplar = exemplar_of(
        TrackerConfig(filter_first_steps=15, filter_lr=0.2, filter_steps=10, **SMALL)
    )
    crop = search_crop(frame, box)
    before = answer(exemplar, crop)[4, 4]
    for _ in range(4):
        exemplar.learn(frame, box, remember=False)
    after = answer(exemplar, crop)
    assert after[4, 4] > before + 0.15
    assert peak_offset(after) == (0, 0)


def test_two_exemplars_learn_apart(exemplar_of, answer, moving_patch):
    crop = search_crop(moving_patch.frames[0], moving_patch.boxes[0])
    one, other = exemplar_of(LEARNING), exemplar_of(LEARNING)
    before = answer(other, crop)
    one.learn(moving_patch.frames[6], moving_patch.boxes[6], remember=True)
    assert not np.array_equal(answer(one, crop), before)
    assert np.array_equal(answer(other, crop), before)


MIDDLE = (4, 4)


@pytest.fixture
def resembles(network):
    """How like a place of a search crop is to the exemplars that an object is known by."""
    return lambda exemplar, crop, cell=MIDDLE: exemplar.similarity(
        extract(network, crop).embedding, cell
    )


@pytest.mark.parametrize("config", [STATIC, LEARNING], ids=["static", "learned"])
def test_the_object_is_more_like_itself_than_what_is_beside_it(
    exemplar_of, resembles, moving_patch, config
):
    exemplar = exemplar_of(config)
    crop = search_crop(moving_patch.frames[0], moving_patch.boxes[0], (16, -16))
    here = resembles(exemplar, crop, (2, 6))  # two cells to the right and two up
    corners = [resembles(exemplar, crop, cell) for cell in ((0, 0), (8, 0), (8, 8))]
    assert here > 0.6
    assert max(corners) < here - 0.2
    assert all(-1 <= value <= 1 for value in corners)


def test_similarity_is_the_cosine_with_the_likest_neighbour(exemplar_of, network, moving_patch):
    """Against the embedding of the first frame, worked out cell by cell."""
    box, exemplar = moving_patch.boxes[0], exemplar_of(STATIC)
    sought = exemplar.filter[0].flatten().double()
    embedding = extract(network, search_crop(moving_patch.frames[2], box)).embedding
    windows = embedding[0].double().unfold(1, 8, 1).unfold(2, 8, 1)  # (C, 9, 9, 8, 8)
    windows = windows.permute(1, 2, 0, 3, 4).flatten(2)
    cosines = torch.nn.functional.cosine_similarity(windows, sought, dim=2)
    for row, column in ((4, 4), (1, 7), (0, 0), (8, 8), (0, 5), (8, 1)):
        around = cosines[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        expected = pytest.approx(float(around.max()), abs=1e-5)
        assert exemplar.similarity(embedding, (row, column)) == expected


@pytest.fixture
def looks(moving_patch):
    """Frames in which the object looks otherwise, and its box."""
    x, y, w, h = map(int, moving_patch.boxes[0])
    frames = []
    for turns in range(1, 4):
        frame = moving_patch.frames[0].copy()
        patch = np.roll(frame[y : y + h, x : x + w], 11 * turns, axis=1)[..., ::-1]
        frame[y : y + h, x : x + w] = 255 - patch if turns % 2 else patch
        frames.append(frame)
    return frames, moving_patch.boxes[0]


@pytest.mark.parametrize("config", [STATIC, LEARNING], ids=["static", "learned"])
def test_a_look_that_is_remembered_is_known_again(exemplar_of, resembles, looks, config):
    (frame, *_), box = looks
    exemplar, crop = exemplar_of(config), search_crop(frame, box)
    before = resembles(exemplar, crop)
    assert before < 0.9
    exemplar.learn(frame, box, remember=False)
    assert resembles(exemplar, crop) == before
    exemplar.learn(frame, box, remember=True)
    # The colour beyond the frame's edge is another.
    assert resembles(exemplar, crop) == pytest.approx(1, abs=5e-3)


def test_the_first_look_and_the_latest_are_remembered(exemplar_of, resembles, looks, moving_patch):
    frames, box = looks
    exemplar = exemplar_of(TrackerConfig(memory_size=2, **SMALL))
    crops = [search_crop(frame, box) for frame in frames]
    first = search_crop(moving_patch.frames[0], box)
    known, strange = resembles(exemplar, first), resembles(exemplar, crops[0])
    for frame in frames:
        exemplar.learn(frame, box, remember=True)
    assert resembles(exemplar, first) >= known
    for crop in crops[1:]:
        assert resembles(exemplar, crop) == pytest.approx(1, abs=5e-3)
    forgotten = resembles(exemplar, crops[0])
    assert strange <= forgotten < 0.95


def test_nothing_but_the_first_look_is_remembered_where_that_is_set(exemplar_of, resembles, looks):
    (frame, *_), box = looks
    exemplar, crop = exemplar_of(TrackerConfig(memory_size=0, **SMALL)), search_crop(frame, box)
    before = resembles(exemplar, crop)
    exemplar.learn(frame, box, remember=True)
    assert resembles(exemplar, crop) == before


def test_without_a_box_head_nothing_is_kept_for_it(exemplar_of):
    assert exemplar_of(STATIC).parts is None
    assert exemplar_of(TrackerConfig(box_lr=0.4, **SMALL)).parts is not None
