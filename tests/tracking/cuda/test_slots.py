"""The slots of a graph: which object has which, and what is uploaded for the next frame."""

import pytest
import torch

from tests.moving_patch import BESIDE
from tests.moving_patch import JOURNEY_SETTINGS as SETTINGS
from tracker.models import fuse_for_inference, load_model
from tracker.tracking.cuda import slots as module
from tracker.tracking.cuda.rows import settings_row
from tracker.tracking.cuda.slots import Slots
from tracker.tracking.engine import Engine


@pytest.fixture(scope="module")
def engine():
    return Engine(device="cpu", **SETTINGS)


@pytest.fixture
def targets(engine, journey):
    frame = journey.with_object_beside()[0]
    boxes = [journey.start, BESIDE, (100.0, 150.0, 40.0, 30.0)]
    return [engine.start(frame, box) for box in boxes]


@pytest.fixture
def slots(engine, targets, built):
    from tests.csrc.emulated_runtime import EmulatedGpu

    kernels = EmulatedGpu(built).kernels(settings_row(engine.config, 8, (320, 240)))
    network = fuse_for_inference(load_model("lite").network)
    frame = torch.zeros(240, 320, 3, dtype=torch.uint8)
    return Slots(network, engine.config, kernels, frame, 4, like=targets[0].exemplar)


@pytest.fixture
def uploads(monkeypatch):
    """The objects whose rows were written."""
    written, row = [], module.target_row
    monkeypatch.setattr(module, "target_row", lambda each: written.append(each) or row(each))
    return written


def test_objects_keep_their_slots_when_others_come_and_go(slots, targets):
    one, two, three = targets
    slots.load([one, two])
    assert [*slots._slots.items()] == [(one, 0), (two, 1)]
    slots.load([two, three])
    assert [*slots._slots.items()] == [(two, 1), (three, 0)]


def test_a_new_object_s_filter_and_state_are_uploaded(slots, targets, uploads):
    slots.load(targets)
    assert uploads == targets
    for number, target in enumerate(targets):
        assert torch.equal(slots._filters[number], target.exemplar.filter[0])
        assert [*slots._targets[number, :4].tolist()] == [*target.result.box]
    assert [*slots._targets[3].tolist()] == [*module.IDLE]


def test_nothing_is_uploaded_for_what_the_last_step_left(slots, targets, uploads):
    slots.load(targets)
    slots.step()
    verdicts = slots.read(slots.results.numpy())
    for target, verdict in zip(targets, verdicts, strict=True):
        target.advance(*verdict)
    uploads.clear()
    slots.load(targets)
    assert uploads == []


def test_a_verdict_that_the_host_did_not_follow_is_uploaded_again(slots, targets, uploads):
    slots.load(targets)
    slots.step()
    slots.read(slots.results.numpy())
    for target in targets:
        target.advance((5.0, 6.0, 40.0, 30.0), 0.9, "tracking")
    uploads.clear()
    slots.load(targets)
    assert uploads == targets
    assert slots._targets[0, :2].tolist() == [5, 6]
