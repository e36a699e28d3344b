"""What the speed benchmark of a GPU does that needs none."""

from benchmarks.speed.gpu import percentiles, stage_of


def test_kernels_are_counted_for_their_stage():
    named = {
        "void tracker::crop_kernel<float>(Frame)": "crop",
        "tracker::tensor_core_summed_kernel": "correlation",
        "tracker::peak_kernel(float const*)": "peak",
        "Memcpy DtoD (Device -> Device)": "copies",
        "sm90_xmma_fprop_implicit_gemm": "network",
    }
    assert {name: stage_of(name) for name in named} == named


def test_percentiles_of_a_hundred_and_one_times():
    assert percentiles([float(time) for time in range(101)]) == {"p50": 50, "p90": 90, "p99": 99}
