"""From a batch to a loss: geometry of the windows, the measures, and real data."""

from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from tests.real_data import SHARED_DATA
from tests.training.painted import random_crops, untrained
from tracker.config import TrackerConfig
from tracker.models import Model, load_model
from tracker.training.annotations import read_picture_groups
from tracker.training.checkpoint import TrainingState
from tracker.training.config import TrainingConfig
from tracker.training.distributed import ProcessGroup
from tracker.training.log import Progress
from tracker.training.loop import train
from tracker.training.objectives import OBJECTIVES, cosine_response, window_at
from tracker.training.pairs import PairConfig, PairSampler

LOSSES = ("logistic", "contrastive", "triplet")


def maps(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_cosine_response_is_the_cosine_with_each_window():
    exemplar, search = maps(2, 3, 2, 4), maps(2, 3, 5, 6, seed=1)
    cosine = cosine_response(exemplar, search)
    assert cosine.shape == (2, 4, 3)
    for sample in range(2):
        for row in range(4):
            for column in range(3):
                window = search[sample, :, row : row + 2, column : column + 4]
                expected = F.cosine_similarity(exemplar[sample].flatten(), window.flatten(), dim=0)
                assert cosine[sample, row, column].item() == pytest.approx(
                    expected.item(), abs=1e-6
                )


def test_window_at_cuts_what_a_cell_stands_for():
    search = maps(3, 2, 6, 7)
    windows = window_at(search, torch.tensor([0, 5, 11]), (3, 4))  # rows of 4 cells
    for number, (row, column) in enumerate([(0, 0), (1, 1), (2, 3)]):
        expected = search[number, :, row : row + 3, column : column + 4]
        assert torch.equal(windows[number], expected)


def a_batch(same=(True, True, False)):
    exemplar, search = random_crops(len(same))
    box = torch.tensor([[63.5, 63.5, 20, 20]]).repeat(len(same), 1)
    return SimpleNamespace(exemplar=exemplar, search=search, box=box, same=torch.tensor(same))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("same", [(True, True, False), (False,), (True,)])
def test_every_objective_has_a_finite_loss_and_gradients(loss, same):
    network = untrained("lite").eval()
    value, measures = OBJECTIVES[loss](network, a_batch(same))
    value.backward()
    assert value.isfinite()
    assert set(measures) == {"hit", "positive", "negative"}
    hit = measures["hit"]
    assert hit.isnan().tolist() == [not each for each in same]
    assert all(weight.grad.isfinite().all() for weight in network.backbone.parameters())
    assert not any(values.requires_grad for values in measures.values())


@pytest.mark.parametrize("loss", LOSSES)
def test_an_object_found_is_a_hit_and_another_place_is_not(loss):
    """A texture and its own crop: the response peaks where it is."""
    network = load_model("lite").network.eval()
    coarse, _ = random_crops(2, exemplar=12, seed=3)
    search = F.interpolate(coarse, size=(127, 127), mode="bilinear")
    exemplar = search[:, :, 40:104, 24:88]  # centre (56, 72)
    box = torch.tensor([[56.0, 72, 20, 20], [87.5, 39.5, 20, 20]])
    with torch.no_grad():
        _, measures = OBJECTIVES[loss](
            network,
            SimpleNamespace(
                exemplar=exemplar, search=search, box=box, same=torch.tensor([True] * 2)
            ),
        )
    assert measures["hit"].tolist() == [1, 0]
    assert measures["positive"][0] > measures["negative"][0]
    assert measures["positive"][1] < measures["positive"][0]


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["lite", "siamfc"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_few_steps_on_real_data(loss, architecture):
    folder = SHARED_DATA / "train"
    if not folder.is_dir():
        pytest.skip(f"the training pictures are not here: no folder {folder}")
    config = TrainingConfig(
        architecture=architecture,
        loss=loss,
        pairs=8,
        batch_size=4,
        warmup=0,
        freeze=0,
        batch_norm="batch",
    )
    network = untrained(architecture)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = TrainingState(
        Model(architecture, network, TrackerConfig()), config, torch.device("cpu")
    )
    sampler = PairSampler(read_picture_groups(folder), PairConfig(), 0, length=8)
    processes = ProcessGroup(0, 1, torch.device("cpu"))
    train(state, config, sampler, processes, None, Progress(0, 8, quiet=True))
    assert state.step == 2
    changed = [not torch.equal(before[name], value) for name, value in network.state_dict().items()]
    assert any(changed)
    assert all(value.isfinite().all() for value in network.state_dict().values())
