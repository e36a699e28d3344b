"""Features of crops: each crop's own, whatever crops are extracted with it."""

import numpy as np
import pytest
import torch

from tracker.models import fuse_for_inference, load_model, prepare_for_inference
from tracker.models.inference.extract import extract


@pytest.fixture(scope="module")
def network():
    return fuse_for_inference(load_model("lite").network)


@pytest.fixture
def crops(moving_patch):
    """Eleven crops ``(11, 127, 127, 3)`` of the moving patch."""
    return np.stack([frame[20:147, 30:157] for frame in moving_patch.frames[:11]])


def test_features_are_those_that_the_network_computes_of_rgb(network, crops):
    features = extract(network, crops[:2])
    with torch.inference_mode():
        expected = network.extract(torch.from_numpy(crops[:2]).permute(0, 3, 1, 2).float())
    torch.testing.assert_close(features.embedding, expected.embedding, rtol=1e-4, atol=1e-5)
    for level, other in zip(features.levels, expected.levels, strict=True):
        torch.testing.assert_close(level, other, rtol=1e-3, atol=1e-4 * float(other.abs().max()))
    assert features.embedding.is_inference()


@pytest.mark.parametrize("count", [1, 2, 11])
@pytest.mark.parametrize("packed", [True, False])
def test_crops_are_embedded_as_each_is_alone_and_in_order(network, crops, count, packed):
    """Also where several are embedded side by side, on a thread each."""
    if packed:
        network = prepare_for_inference(load_model("lite").network, torch.device("cpu"))
    together = extract(network, crops[:count])
    assert len(together.embedding) == count
    assert all(len(level) == count for level in together.levels)
    for number in range(count):
        alone = extract(network, crops[number : number + 1])
        assert torch.equal(together.embedding[number], alone.embedding[0])
        for level, own in zip(together.levels, alone.levels, strict=True):
            assert torch.equal(level[number], own[0])


def test_a_pass_of_the_network_takes_one_crop_on_the_cpu(network, crops, monkeypatch):
    passes, embed = [], type(network).extract
    monkeypatch.setattr(
        type(network),
        "extract",
        lambda self, pixels: passes.append(len(pixels)) or embed(self, pixels),
    )
    extract(network, crops[:3])
    assert passes == [1, 1, 1]


def test_a_network_without_levels(crops):
    features = extract(fuse_for_inference(load_model("siamfc").network), crops[:2])
    assert features.embedding.shape == (2, 256, 6, 6)
    assert features.levels == ()
