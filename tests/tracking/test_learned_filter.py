"""The learned that is refined online, against the closed form of its ridge regression."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tracker.config import TrackerConfig
from tracker.ops import xcorr
from tracker.tracking.learned_filter import LearnedFilter, gaussian_label

CHANNELS, MAP, CELLS = 3, 9, 4
RESPONSE = MAP - CELLS + 1


def samples(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(count, CHANNELS, MAP, MAP, generator=generator, dtype=torch.float64)
    offsets = torch.randint(-1, 2, (count, 2), generator=generator).tolist()
    labels = [gaussian_label((RESPONSE, RESPONSE), offset, (0.8, 0.8)) for offset in offsets]
    return features, torch.cat(labels).double()


def closed_form(features, labels, weights, config):
    """Solve the normal equations with every window of every sample as one row."""
    rows = F.unfold(features, CELLS).transpose(1, 2)  # (samples, positions, taps)
    importance = (labels + config.filter_background).flatten(1) * weights[:, None]
    normal = torch.einsum("npi,np,npj->ij", rows, importance, rows)
    normal += config.filter_regularization * torch.eye(rows.shape[2], dtype=torch.float64)
    right = torch.einsum("npi,np,np->i", rows, importance, labels.flatten(1))
    return torch.linalg.solve(normal, right).reshape(1, CHANNELS, CELLS, CELLS)


def test_descent_reaches_the_ridge_solution():
    config = TrackerConfig(filter_first_steps=200)
    features, labels = samples(5)
    learned = LearnedFilter(features, labels, config).filter
    expected = closed_form(features, labels, torch.full((5,), 0.2, dtype=torch.float64), config)
    torch.testing.assert_close(learned, expected, rtol=0, atol=1e-6)


def test_a_new_sample_counts_with_its_weight():
    config = TrackerConfig(filter_first_steps=200, filter_steps=200, filter_lr=0.25)
    features, labels = samples(4)
    learned = LearnedFilter(features[:3], labels[:3], config)
    learned.learn(features[3:], labels[3:])
    weights = torch.tensor([0.25, 0.25, 0.25, 0.25], dtype=torch.float64)
    torch.testing.assert_close(
        learned.filter, closed_form(features, labels, weights, config), rtol=0, atol=1e-6
    )


def test_the_first_frame_keeps_its_share_and_the_lightest_sample_makes_room():
    config = TrackerConfig(
        filter_first_steps=200,
        filter_steps=200,
        filter_lr=0.5,
        filter_first_weight=0.4,
        filter_memory=2,
    )
    features, labels = samples(4)
    learned = LearnedFilter(features[:1], labels[:1], config)
    for index in (1, 2, 3):
        learned.learn(features[index : index + 1], labels[index : index + 1])
    # 1 -> .5 .5 -> .4 .2 .4 (.25 .25 .5 before the share) -> sample 1 leaves: .2 .2 .5 -> /.9
    last = np.array([0.2, 0.2, 0.5]) / 0.9
    weights = torch.tensor([0.4, *(last[1:] * 0.6 / last[1:].sum())], dtype=torch.float64)
    kept = [0, 2, 3]
    torch.testing.assert_close(
        learned.filter,
        closed_form(features[kept], labels[kept], weights, config),
        rtol=0,
        atol=1e-6,
    )


def test_it_tells_the_object_from_a_distractor():
    """Where the plain exemplar answers alike to two places, the refined one does not."""
    generator = torch.Generator().manual_seed(1)
    features = 0.1 * torch.randn(1, CHANNELS, MAP, MAP, generator=generator)
    part = torch.randn(CHANNELS, CELLS, CELLS, generator=generator)
    features[0, :, 2:6, 2:6] = part
    other = torch.randn(CHANNELS, CELLS, CELLS, generator=generator)
    features[0, :, 5:9, 5:9] = part + 0.3 * other  # the overlapping cell apart
    label = gaussian_label((RESPONSE, RESPONSE), (-0.5, -0.5), (0.7, 0.7))
    plain = xcorr(features[:, :, 2:6, 2:6], features)[0, 0]
    config = TrackerConfig(filter_regularization=1e-4, filter_first_steps=200)
    refined = xcorr(LearnedFilter(features, label, config).filter, features)[0, 0]
    assert plain[5, 5] > 0.9 * plain[2, 2]
    assert refined[5, 5] < 0.4 * refined[2, 2]


def test_learning_leaves_earlier_kernels_alone():
    features, labels = samples(2)
    learned = LearnedFilter(features[:1], labels[:1], TrackerConfig(filter_first_steps=15))
    before = learned.filter
    copy = before.clone()
    learned.learn(features[1:], labels[1:])
    assert torch.equal(before, copy)
    assert not torch.equal(learned.filter, before)


@pytest.mark.parametrize(("offset", "peak"), [((0, 0), (3, 3)), ((2, -1), (2, 5))])
def test_labels_peak_at_the_offset(offset, peak):
    label = gaussian_label((7, 7), offset, (1.0, 2.0))
    assert label.shape == (1, 7, 7)
    assert label[0][peak] == 1
    row, column = peak
    assert label[0, row, column + 1 if column < 6 else column - 1] == pytest.approx(np.exp(-0.5))
    assert label[0, row - 1, column] == pytest.approx(np.exp(-1 / 8))
