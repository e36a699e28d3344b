"""The processes of a training; ``tests/cli/test_train.py`` starts two of them."""

import pytest
import torch

from tracker.errors import DeviceError
from tracker.training.distributed import ProcessGroup, join_group

CPU = torch.device("cpu")


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_shares_follow_each_other_and_cover_a_batch(size):
    shares = [ProcessGroup(rank, size, CPU).share(range(12, 24)) for rank in range(size)]
    assert [index for share in shares for index in share] == list(range(12, 24))
    assert {len(share) for share in shares} == {12 // size}


def test_only_the_first_process_leads():
    assert [ProcessGroup(rank, 3, CPU).leads for rank in range(3)] == [True, False, False]


def test_without_torchrun_a_process_is_alone(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with join_group("cpu") as processes:
        assert processes == ProcessGroup(0, 1, CPU)
        processes.wait()
        assert processes.sum(torch.tensor([1.0, 2.0])).tolist() == [1.0, 2.0]
        module = torch.nn.Linear(1, 1)
        assert processes.wrap(module) is module
    assert not torch.distributed.is_initialized()


def test_a_device_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with pytest.raises(DeviceError), join_group("tpu"):
        pass
