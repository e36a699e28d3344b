"""The eager port: its times may be compared only because its boxes are ours."""

import pytest

from benchmarks.speed.eager_siamfc import EagerSiamFC
from tracker.tracking.engine import Engine


def test_the_eager_port_has_the_boxes_of_siamfc(moving_patch):
    engine, port = Engine("siamfc", "cpu"), EagerSiamFC("cpu")
    first, *frames = moving_patch.frames[:5]
    targets = [engine.start(first, moving_patch.boxes[0])]
    port.init(first, moving_patch.boxes[0])
    for frame in frames:
        (result,) = engine.follow(frame, targets)
        assert port.update(frame) == pytest.approx(result.box, abs=0.05)
