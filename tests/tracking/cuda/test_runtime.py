"""The CUDA device of the captured frame: uploads, capture and replay, waiting. Needs a GPU."""

import numpy as np
import pytest
import torch

from tracker.tracking.cuda import CudaRuntime

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


@pytest.fixture
def runtime():
    return CudaRuntime(torch.device("cuda"))


def test_the_device_has_an_index(runtime):
    assert runtime.device.index == torch.cuda.current_device()


def test_frames_arrive_in_order_and_may_change_after_sending(runtime):
    uploads = runtime.uploads(4, 6)
    frame = np.zeros((4, 6, 3), np.uint8)
    for value in range(1, 6):
        frame[:] = value
        uploads.send(frame)
        frame[:] = 99
        assert uploads.frame.cpu().eq(value).all()


def test_a_captured_step_runs_again_on_what_lies_in_its_memory(runtime):
    value = torch.zeros(1, device=runtime.device)
    result = torch.zeros(1, device=runtime.device)
    replay = runtime.capture(lambda: result.copy_(value * 2))
    on_host = runtime.host_memory(1)
    value.fill_(21)
    replay()
    on_host.copy_(result, non_blocking=True)
    runtime.wait()
    assert on_host.tolist() == [42]
