"""Untrained networks with statistics as after training, and crops for them."""

import pytest
import torch

from tracker.models import TwinNetwork


@pytest.fixture(params=["lite", "siamfc"])
def network(request):
    torch.manual_seed(0)
    network = TwinNetwork(request.param).eval()
    for module in network.modules():  # statistics as after training, so that folding has work
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    return network


@pytest.fixture
def crops():
    torch.manual_seed(1)
    return torch.rand(2, 3, 127, 127) * 255, torch.rand(4, 3, 255, 255) * 255
