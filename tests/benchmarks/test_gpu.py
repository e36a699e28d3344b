"""What the benchmarks of a GPU do that does not need one: the port agrees, the counts are right."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("benchmarks_on_path")


def test_the_eager_port_has_the_boxes_of_siamfc(moving_patch):
    from eager_siamfc import EagerSiamFC

    from tracker.tracking.engine import Engine

    engine, port = Engine("siamfc", "cpu"), EagerSiamFC("cpu")
    first, *frames = moving_patch.frames[:5]
    targets = [engine.start(first, moving_patch.boxes[0])]
    port.init(first, moving_patch.boxes[0])
    for frame in frames:
        (result,) = engine.follow(frame, targets)
        assert port.update(frame) == pytest.approx(result.box, abs=0.05)


def test_kernels_are_counted_for_their_stage():
    from speed_gpu import stage_of

    named = {
        "void tracker::crop_kernel<float>(Frame)": "crop",
        "tracker::tensor_core_summed_kernel": "correlation",
        "tracker::peak_kernel(float const*)": "peak",
        "Memcpy DtoD (Device -> Device)": "copies",
        "sm90_xmma_fprop_implicit_gemm": "network",
    }
    assert {name: stage_of(name) for name in named} == named


def test_agreement_counts_boxes_that_are_near():
    from agreement import agrees, compare

    truth = np.tile([10.0, 10.0, 40.0, 40.0], (200, 1))
    far, shifted = truth.copy(), truth + 0.1
    far[0, 0] += 5
    report = compare({"truth": truth, "CPU": truth, "float32": far, "bfloat16": shifted})
    assert report["boxes"]["float32"]["within 0.5 px"] == 0.995
    assert report["boxes"]["float32"]["largest distance, px"] == 5
    assert report["boxes"]["bfloat16"]["median distance, px"] == pytest.approx(0.1)
    assert agrees(report)
    far[1, 1] -= 5
    assert not agrees(compare({"truth": truth, "CPU": truth, "float32": far, "bfloat16": shifted}))
