"""Each loss against values worked out by hand, slow loops, and the signs of its gradients."""

import math

import pytest
import torch

from tracker.training.losses import (
    balanced_logistic_loss,
    batch_hard,
    contrastive_loss,
    giou_loss,
    triplet_loss,
)


class TestBalancedLogistic:
    def test_zeros_give_the_logarithm_of_two(self):
        positive = torch.zeros(2, 5, 5, dtype=torch.bool)
        positive[:, 2, 2] = True
        loss = balanced_logistic_loss(torch.zeros(2, 5, 5), positive)
        assert loss.item() == pytest.approx(math.log(2))

    def test_by_hand(self):
        """One positive at 1; negatives at 0, 0 and 2: each class has half of the weight."""
        responses = torch.tensor([[[1.0, 0.0], [0.0, 2.0]]])
        positive = torch.tensor([[[True, False], [False, False]]])
        of_positive = math.log(1 + math.exp(-1))
        of_negatives = (2 * math.log(2) + math.log(1 + math.exp(2))) / 3
        loss = balanced_logistic_loss(responses, positive)
        assert loss.item() == pytest.approx((of_positive + of_negatives) / 2)

    def test_equals_a_slow_loop(self):
        generator = torch.Generator().manual_seed(1)
        responses = torch.randn(4, 6, 6, generator=generator, dtype=torch.float64)
        positive = torch.rand(4, 6, 6, generator=generator) > 0.8
        positive[0] = False
        positive[1] = True
        maps = []
        for response, labels in zip(responses.tolist(), positive.tolist(), strict=True):
            classes = {True: [], False: []}
            for values, row in zip(response, labels, strict=True):
                for value, label in zip(values, row, strict=True):
                    classes[label].append(math.log1p(math.exp(-value if label else value)))
            means = [sum(losses) / len(losses) for losses in classes.values() if losses]
            maps.append(sum(means) / len(means))
        loss = balanced_logistic_loss(responses, positive)
        assert loss.item() == pytest.approx(sum(maps) / len(maps), rel=1e-12)

    def test_gradients_raise_positives_and_lower_negatives(self):
        responses = torch.zeros(1, 4, 4, requires_grad=True)
        positive = torch.zeros(1, 4, 4, dtype=torch.bool)
        positive[0, 1, 1:3] = True
        balanced_logistic_loss(responses, positive).backward()
        assert (responses.grad[positive] < 0).all()
        assert (responses.grad[~positive] > 0).all()
        assert responses.grad.sum().item() == pytest.approx(0, abs=1e-7)  # the classes balance

    def test_large_responses_stay_finite(self):
        responses = torch.tensor([[[1e4, -1e4]]], requires_grad=True)
        loss = balanced_logistic_loss(responses, torch.tensor([[[False, True]]]))
        loss.backward()
        assert loss.item() == pytest.approx(1e4)
        assert responses.grad.isfinite().all()


class TestContrastive:
    def test_by_hand(self):
        squared = torch.tensor([0.25, 0.25, 4.0])
        same = torch.tensor([True, False, False])
        losses = contrastive_loss(squared, same, margin=1.0)
        assert losses.tolist() == pytest.approx([0.125, 0.125, 0.0])

    def test_gradients_pull_the_same_and_push_the_others(self):
        squared = torch.tensor([0.5, 0.5, 2.0, 0.0], requires_grad=True)
        same = torch.tensor([True, False, False, False])
        contrastive_loss(squared, same, margin=1.0).sum().backward()
        pull, push, far, touching = squared.grad.tolist()
        assert pull > 0 > push
        assert far == 0
        assert math.isfinite(touching)


class TestTriplet:
    def test_by_hand(self):
        losses = triplet_loss(torch.tensor([0.5, 0.5]), torch.tensor([0.6, 1.0]), margin=0.2)
        assert losses.tolist() == pytest.approx([0.1, 0.0])

    def test_gradients(self):
        positive, negative = torch.tensor([0.5], requires_grad=True), torch.tensor([0.6])
        negative.requires_grad_()
        triplet_loss(positive, negative, margin=0.2).backward()
        assert positive.grad.item() == 1
        assert negative.grad.item() == -1

    def test_batch_hard_takes_the_farthest_positive_and_the_nearest_negative(self):
        squared = torch.tensor([[0.1, 0.4, 0.9, 0.3], [0.5, 0.2, 0.7, 0.6]])
        same = torch.tensor([[True, True, False, False], [False, False, False, False]])
        positive, negative = batch_hard(squared, same)
        assert positive.tolist() == pytest.approx([0.4, -math.inf])
        assert negative.tolist() == pytest.approx([0.3, 0.2])


class TestGeneralisedIou:
    def test_by_hand(self):
        """Unit squares: the same; half overlapping; one apart by a whole square."""
        predicted = torch.tensor([[0.0, 0, 1, 1], [0.5, 0, 1.5, 1], [2, 0, 3, 1]])
        target = torch.tensor([[0.0, 0, 1, 1]]).expand(3, 4)
        losses = giou_loss(predicted, target)
        assert losses.tolist() == pytest.approx([0, 1 - 0.5 / 1.5, 1 + 1 / 3])

    def test_it_has_a_slope_where_boxes_do_not_meet(self):
        predicted = torch.tensor([[5.0, 0, 6, 1]], requires_grad=True)
        giou_loss(predicted, torch.tensor([[0.0, 0, 1, 1]])).sum().backward()
        assert predicted.grad[0, 0] + predicted.grad[0, 2] > 0  # moving left helps
