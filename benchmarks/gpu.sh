#!/usr/bin/env bash
# On a machine with an NVIDIA GPU: build the extension in required mode, run the tests that need a
# GPU, compare its boxes with those of the CPU, look for wrong memory accesses and races, and time
# the tracker and the operators. Takes under ten minutes.
#
#     benchmarks/gpu.sh            # results in build/gpu, or in the folder that OUT names
#
# Needs nvcc, and in .venv or in the Python that PYTHON names: the package's dependencies (PyTorch
# for CUDA), pytest, Matplotlib, setuptools and pybind11. Boxes are compared if there is a folder of
# the real sequences: OTB, by default ../shared/data/otb. A step that fails does not stop the others;
# the exit code is that of the first that failed.
set -uo pipefail
cd "$(dirname "$0")/.."
OUT=${OUT:-build/gpu}
OTB=${OTB:-../shared/data/otb}
if [ -z "${PYTHON:-}" ]; then
    PYTHON=$([ -x .venv/bin/python ] && echo .venv/bin/python || command -v python3)
fi
mkdir -p "$OUT"
export TRACKER_BUILD_CUDA=1 TRACKER_REQUIRE_EXTENSION=1 PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
first_failure=0

# step NAME SECONDS COMMAND...: run a command, log to $OUT/NAME.log, and report how it went.
step() {
    local name=$1 limit=$2 start=$SECONDS code
    shift 2
    timeout "$limit" "$@" >"$OUT/$name.log" 2>&1
    code=$?
    [ $code -eq 0 ] || [ $first_failure -ne 0 ] || first_failure=$code
    echo "$name: exit code $code, $((SECONDS - start)) s; $(tail -n 1 "$OUT/$name.log" | cut -c1-200)"
}

capabilities=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | tr -d . | sort -u)
export TRACKER_CUDA_ARCHS=${TRACKER_CUDA_ARCHS:-$(echo "$capabilities" | paste -sd ';')}
nvidia-smi >"$OUT/machine.log"

step build 100 "$PYTHON" setup.py -q build_ext --inplace
step status 10 "$PYTHON" -c 'from tracker.ops import extension_status; print(extension_status().reason)'
step tests 100 "$PYTHON" -m pytest -q -p no:cacheprovider -m cuda \
    tests/ops/test_cuda.py tests/ops/test_extension.py
step tracking 50 "$PYTHON" -m pytest -q -p no:cacheprovider -m cuda \
    tests/csrc/test_tracking_kernels.py tests/csrc/test_captured_engine.py
if [ -d "$OTB" ]; then
    step agreement 50 "$PYTHON" -m benchmarks.accuracy.agreement "$OTB" --frames 25 --json "$OUT/agreement.json"
    grep '^|' "$OUT/agreement.log" || true
else
    echo "agreement: not run, as there is no folder $OTB"
fi
if command -v compute-sanitizer >/dev/null; then
    for tool in memcheck racecheck; do
        # Without the cache each tensor is an allocation, whose end memcheck knows.
        PYTORCH_NO_CUDA_MEMORY_CACHING=1 step "$tool" 45 compute-sanitizer --tool "$tool" --error-exitcode 9 \
            "$PYTHON" -m pytest -q -p no:cacheprovider tests/ops/test_cuda.py \
            tests/csrc/test_tracking_kernels.py -m cuda \
            -k "agrees_with_float64 and (lite or primes) and (float32 or bfloat16) \
                or cuda and (of_the_network or beyond or equal or nan)"
    done
else
    echo "memcheck, racecheck: not run, as there is no compute-sanitizer here"
fi
step speed 150 "$PYTHON" -m benchmarks.speed.whole_loop --device cuda --seconds 6 --frames 96 \
    --json "$OUT/speed.json" --plot "$OUT/speed.png"
grep -v '^$' "$OUT/speed.log" | grep -e '^|' -e per || true
step benchmark 50 "$PYTHON" -m benchmarks.xcorr.run --quick --rounds 3 --device cuda \
    --json "$OUT/xcorr.json" --plot "$OUT/xcorr.png"
grep '^|' "$OUT/benchmark.log" || true
exit $first_failure
