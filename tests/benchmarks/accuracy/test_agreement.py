"""Agreement of a GPU's boxes with the CPU's, counted by hand."""

import numpy as np
import pytest

from benchmarks.accuracy.agreement import agrees, compare


def test_agreement_counts_boxes_that_are_near():
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
