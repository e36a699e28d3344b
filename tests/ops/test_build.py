"""How ``setup.py`` builds the extension: with a scripted nvcc and, if there is one, the real."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
pytest.importorskip("pybind11")
pytest.importorskip("setuptools", minversion="77")

# Answers what setup.py asks, and "compiles" by making the file that the last argument names.
NVCC = """#!/bin/sh
echo "$@" >> "$0.log"
case "$1" in
  --version) echo "release 13.0" ;;
  --list-gpu-code) printf 'sm_75\\nsm_80\\nsm_90\\nsm_90a\\n' ;;
  *) for last; do :; done; touch "$last" ;;
esac
"""
FAILING = NVCC.replace(
    'for last; do :; done; touch "$last"',
    "echo 'In file included'; echo 'csrc/xcorr.h(9): error: expected a \";\"'; exit 2",
)
MINE = "75;80+PTX;86;89;90;100;120+PTX"


@pytest.fixture(scope="module")
def setup():
    spec = importlib.util.spec_from_file_location("setup_of_tracker", ROOT / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(tmp_path):
    return copy_source(tmp_path / "source")


def copy_source(folder):
    """What is needed to build, without what an earlier build left."""
    ignored = shutil.ignore_patterns("*.so", "__pycache__", "weights", "emulation")
    for name in ("tracker", "csrc", "demo"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder)
    return folder


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def run_setup(source, *command, mode="", nvcc="", archs="", path=os.environ["PATH"]):
    environ = os.environ | {"TRACKER_BUILD_CUDA": mode, "CUDACXX": str(nvcc), "PATH": str(path)}
    environ |= {"TRACKER_CUDA_ARCHS": archs, "CUDA_HOME": ""}
    command = [sys.executable, "setup.py", "-q", *map(str, command)]
    return subprocess.run(
        command, cwd=source, env=environ, capture_output=True, text=True, check=False
    )


def make_wheel(source, **options):
    """The line that the build printed, the wheel, and the compiled files in it."""
    shutil.rmtree(source / "dist", ignore_errors=True)
    done = run_setup(source, "bdist_wheel", **options)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    (wheel,) = (source / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        return line, wheel, [name for name in file.namelist() if ".so" in name]


def test_mode(setup):
    assert setup.build_mode({}) == setup.build_mode({"TRACKER_BUILD_CUDA": ""}) == "auto"
    for mode in ("auto", "0", "1"):
        assert setup.build_mode({"TRACKER_BUILD_CUDA": mode}) == mode
    message = "^expected TRACKER_BUILD_CUDA as auto, 0 or 1; got 'yes'$"
    with pytest.raises(SystemExit, match=message):
        setup.build_mode({"TRACKER_BUILD_CUDA": "yes"})


def test_unknown_mode_is_refused_whatever_is_built(source):
    done = run_setup(source, "sdist", mode="yes")
    assert done.returncode != 0
    assert done.stderr == "expected TRACKER_BUILD_CUDA as auto, 0 or 1; got 'yes'\n"


def test_nvcc_is_the_one_named_then_that_of_cuda_home_then_that_of_the_path(setup, tmp_path):
    on_path, of_home, named = (
        script(tmp_path / name, NVCC) for name in ("path/nvcc", "home/bin/nvcc", "named")
    )
    environ = {"PATH": str(on_path.parent)}
    assert setup.find_nvcc(environ) == str(on_path)
    environ["CUDA_HOME"] = str(tmp_path / "home")
    assert setup.find_nvcc(environ) == str(of_home)
    environ["CUDACXX"] = str(named)
    assert setup.find_nvcc(environ) == str(named)
    environ["CUDACXX"] = str(tmp_path / "absent")
    with pytest.raises(setup.BuildError, match=f"^found no nvcc at {tmp_path}/absent$"):
        setup.find_nvcc(environ)
    with pytest.raises(setup.BuildError, match=r"^found no nvcc on the PATH nor through CUDACXX"):
        setup.find_nvcc({"PATH": str(tmp_path)})


@pytest.mark.parametrize(
    ("chosen", "known", "expected"),
    [
        ("", "75 80 86 87 88 89 90 100 110 103 120 121", MINE),
        ("", "70 75 80 86 87 89 90", "75;80+PTX;86;89;90+PTX"),
        ("", "70 75 80", "75;80+PTX"),
        ("90", "75 80 90", "90"),
        ("75;90+PTX", "75 80 90", "75;90+PTX"),
    ],
)
def test_architectures(setup, chosen, known, expected):
    environ = {"TRACKER_CUDA_ARCHS": chosen} if chosen else {}
    assert setup.architectures(environ, set(known.split())) == expected.split(";")


def test_wrong_architectures(setup):
    for wrong in ("8.0", "sm_80", "80;", "80 90", "native"):
        with pytest.raises(SystemExit, match=r"^expected TRACKER_CUDA_ARCHS as in .*; got '"):
            setup.architectures({"TRACKER_CUDA_ARCHS": wrong}, {"80"})
    with pytest.raises(setup.BuildError, match=r"of 75, 120, .*; got '70\+PTX'$"):
        setup.architectures({"TRACKER_CUDA_ARCHS": "75;70+PTX"}, {"120", "75"})


def test_options_of_nvcc(setup):
    assert setup.gencode(["75", "90+PTX"]) == [
        "-gencode=arch=compute_75,code=sm_75",
        "-gencode=arch=compute_90,code=sm_90",
        "-gencode=arch=compute_90,code=compute_90",
    ]


def test_builds_what_the_sources_are(source, tmp_path):
    nvcc = script(tmp_path / "nvcc", NVCC)
    line, wheel, compiled = make_wheel(source, mode="1", nvcc=nvcc)
    assert line.startswith(f"tracker._C: built by {nvcc} for 75;80+PTX;90+PTX (")
    assert [Path(name).name.split(".")[0] for name in compiled] == ["_C"]
    assert "none-any" not in wheel.name
    _, *compilations, link = commands(nvcc)
    sources = [command.split(" -c ")[1].split()[0] for command in compilations]
    assert sources == [
        *sorted(f"csrc/{path.name}" for path in (source / "csrc").glob("*.cu")),
        "csrc/bindings.cpp",
    ]
    assert "-cudart=static" in link


def commands(nvcc):
    """What the scripted nvcc was called for since the last time, without its version."""
    log = Path(f"{nvcc}.log")
    lines = log.read_text().splitlines()
    log.unlink()
    return [line for line in lines if line != "--version"]


def test_compiles_anew_only_what_changed(source, tmp_path):
    nvcc = script(tmp_path / "nvcc", NVCC)
    make_wheel(source, nvcc=nvcc)
    everything = len(commands(nvcc))

    def compiled():
        make_wheel(source, nvcc=nvcc)
        return [line.split(" -c ")[1].split()[0] for line in commands(nvcc) if " -c " in line]

    assert compiled() == []
    for path in (source / "csrc").iterdir():
        os.utime(path)  # as a fresh checkout does
    assert compiled() == []
    with (source / "csrc" / "xcorr.cu").open("a") as file:
        file.write("// changed\n")
    assert compiled() == ["csrc/xcorr.cu"]
    with (source / "csrc" / "xcorr.h").open("a") as file:
        file.write("// changed\n")
    assert len(compiled()) == everything - 2  # all but the question for the codes and the link
    nvcc.write_text(NVCC.replace("13.0", "13.1"))
    assert len(compiled()) == everything - 2


@pytest.mark.parametrize("mode", ["auto", "1"])
def test_no_nvcc(source, tmp_path, mode):
    check_missing(source, mode, "found no nvcc on the PATH", path=tmp_path)


@pytest.mark.parametrize("mode", ["auto", "1"])
def test_failing_nvcc(source, tmp_path, mode):
    nvcc = script(tmp_path / "nvcc", FAILING)
    message = f'{nvcc} failed: csrc/xcorr.h(9): error: expected a ";"'
    check_missing(source, mode, message, nvcc=nvcc)


@pytest.mark.parametrize("mode", ["auto", "1"])
def test_nvcc_that_is_no_program(source, tmp_path, mode):
    nvcc = script(tmp_path / "nvcc", "\0")
    check_missing(source, mode, f"{nvcc} ", nvcc=nvcc)


def check_missing(source, mode, message, **options):
    """In auto mode one line and a wheel for any platform; in mode 1 an error."""
    if mode == "auto":
        line, wheel, compiled = make_wheel(source, mode=mode, **options)
        assert line.startswith("tracker._C: not built, the operators run as plain PyTorch: ")
        assert message in line
        assert compiled == []
        assert wheel.name.endswith("-py3-none-any.whl")
    else:
        done = run_setup(source, "bdist_wheel", mode=mode, **options)
        assert done.returncode != 0
        assert message in done.stderr
        assert done.stderr.endswith(", and TRACKER_BUILD_CUDA=1\n")


def test_all_that_a_failing_compiler_said_is_shown_when_required(source, tmp_path):
    nvcc = script(tmp_path / "nvcc", FAILING)
    done = run_setup(source, "bdist_wheel", mode="1", nvcc=nvcc)
    assert f"{nvcc} -std=c++17" in done.stderr
    assert "In file included\ncsrc/xcorr.h(9): error" in done.stderr


def test_an_earlier_extension_does_not_stay(source, tmp_path):
    nvcc = script(tmp_path / "nvcc", NVCC)
    make_wheel(source, nvcc=nvcc)
    _, wheel, compiled = make_wheel(source, mode="0", nvcc=nvcc)
    assert compiled == []
    assert wheel.name.endswith("-py3-none-any.whl")

    run_setup(source, "build_ext", "--inplace", nvcc=nvcc)
    assert len(list((source / "tracker").glob("_C.*.so"))) == 1
    failing = script(tmp_path / "failing", FAILING)
    done = run_setup(source, "build_ext", "--inplace", nvcc=failing)
    assert "not built" in done.stdout
    assert not list((source / "tracker").glob("_C.*"))


def test_the_source_distribution_holds_the_kernels(source):
    assert run_setup(source, "sdist", mode="0").returncode == 0
    (archive,) = (source / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as file:
        inside = {Path(*Path(name).parts[1:]).as_posix() for name in file.getnames()}
    wanted = {f"csrc/{path.name}" for path in (source / "csrc").iterdir()}
    assert {"csrc/bindings.cpp", "csrc/xcorr.cu", "csrc/xcorr.h"} <= wanted <= inside


@pytest.fixture(scope="module")
def real_wheel(tmp_path_factory):
    """Built in required mode by the nvcc of this machine, called through a script elsewhere."""
    nvcc = shutil.which("nvcc")
    if nvcc is None:
        pytest.skip("no nvcc here")
    folder = tmp_path_factory.mktemp("real")
    wrapper = script(folder / "bin" / "nvcc", f'#!/bin/sh\nexec "{nvcc}" "$@"\n')
    return make_wheel(copy_source(folder / "source"), mode="1", nvcc=wrapper, archs="90+PTX")


@pytest.fixture(scope="module")
def installed(real_wheel, tmp_path_factory):
    """The folder into which the wheel was unpacked."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(real_wheel[1]) as file:
        file.extractall(folder)
    return folder


def in_python(installed, code, **environ):
    environ = os.environ | {"PYTHONPATH": str(installed)} | environ
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
class TestRealBuild:
    def test_needs_no_library_of_cuda_and_shows_one_symbol(self, installed):
        (file,) = (installed / "tracker").glob("_C.*.so")
        needed = subprocess.run(["ldd", file], capture_output=True, text=True, check=True).stdout
        libraries = {Path(line.split()[0]).name.split(".so")[0] for line in needed.splitlines()}
        expected = {"libstdc++", "libgcc_s", "libm", "libc", "libpthread", "librt", "libdl"}
        assert libraries <= expected | {"linux-vdso", "ld-linux-x86-64", "ld-linux-aarch64"}
        command = ["nm", "--dynamic", "--defined-only", file]
        symbols = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        kinds = [line.split()[-2:] for line in symbols.splitlines()]
        assert [name for kind, name in kinds if kind == "T"] == ["PyInit__C"]

    def test_says_what_it_is(self, installed):
        code = (
            "from tracker.ops import extension_status as s; "
            "print(s().available, s().architectures, s().path)"
        )
        told = in_python(installed, code)
        (file,) = (installed / "tracker").glob("_C.*.so")
        assert told == f"True ('90+PTX',) {file}"

    def test_refuses_sizes_that_do_not_fit_and_unknown_dtypes(self, installed):
        code = """
import tracker._C as C
def tensor(*sizes): return 0, sizes, (1, 1, 1, 1)
z, x, r, d = tensor(1, 3, 2, 2), tensor(2, 3, 5, 6), tensor(2, 1, 4, 5), tensor(2, 3, 4, 5)
wrong = [(C.xcorr, z, x, d), (C.xcorr_depthwise, z, x, r), (C.xcorr, x, z, r),
         (C.xcorr_grad_exemplar, r, z, x), (C.xcorr_grad_search, r, x, z),
         (C.xcorr_depthwise_grad_exemplar, r, x, z), (C.xcorr_depthwise_grad_search, r, z, x),
         (C.xcorr, tensor(0, 3, 2, 2), x, r), (C.xcorr, tensor(3, 3, 2, 2), x, r),
         (C.xcorr, tensor(1, 4, 2, 2), x, r), (C.xcorr, z, x, tensor(2, 1, 4, 4))]
for op, *tensors in wrong:
    try: op(*tensors, "float32", 0)
    except ValueError as error: assert "to fit together; got (" in str(error), error
    else: raise SystemExit(f"{op.__name__} took {tensors}")
try: C.xcorr(z, x, r, "int8", 0)
except ValueError as error: print(error)
"""
        told = in_python(installed, code)
        assert told == "expected float64, float32, float16 or bfloat16; got int8"

    @pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
    def test_without_a_device_each_operator_ends_in_one_clean_error(self, installed):
        code = """
import torch, tracker._C as C
from tracker.ops import cpu
print(C.device_count(), C.last_kernel())
z, x = torch.randn(1, 3, 2, 2), torch.randn(2, 3, 5, 6)
def given(t): return t.data_ptr(), t.shape, t.stride()
for op in ("xcorr", "xcorr_depthwise"):
    r = getattr(cpu, op)(z, x)
    for name, maps in ((op, (z, x, r)), (op + "_grad_exemplar", (r, x, z)),
                       (op + "_grad_search", (r, z, x))):
        try: getattr(C, name)(*map(given, maps), "float32", 0)
        except RuntimeError as error: print(error)
"""
        first, *errors = in_python(installed, code).splitlines()
        assert first == "0 none"
        assert len(errors) == 6
        for error in errors:
            assert error.startswith(("cudaErrorInsufficientDriver: ", "cudaErrorNoDevice: "))

    @pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
    def test_the_kernels_of_a_frame_take_what_they_are_given(self, installed):
        """As far as the driver, which is missing; and only as many settings as there are."""
        code = """
import torch, tracker._C as C
from tracker.errors import ExtensionError
from tracker.ops.frame_kernels import TrackingKernels
from tracker.ops.frame_layout import (CANDIDATE_COLUMNS, RESULT_COLUMNS, SETTINGS,
                                      TARGET_COLUMNS)
known = {"search_size": 31, "num_scales": 1, "response_upsampling": 2, "frame_width": 30,
         "frame_height": 20}
settings = [known.get(name, 1.0) for name in SETTINGS]
kernels = TrackingKernels(C, lambda: 0, settings)
frame, crops = torch.zeros(20, 30, 3).byte(), torch.zeros(1, 31, 31, 3).permute(0, 3, 1, 2)
columns = TARGET_COLUMNS, CANDIDATE_COLUMNS, RESULT_COLUMNS
targets, candidates, results = (torch.zeros(1, count).double() for count in columns)
boxes, chosen = torch.zeros(1, 4), torch.zeros(1).long()
for name, *tensors in (("crop", frame, targets, crops),
                       ("peak", torch.zeros(1, 1, 9, 9), torch.zeros(18), targets, candidates,
                        chosen, boxes),
                       ("decide", candidates, boxes, targets, results)):
    try: getattr(kernels, name)(*tensors)
    except ExtensionError as error: print(error)
try: C.decide(0, 0, 0, 1, settings[1:], 0, 0)
except ValueError as error: print(error)
"""
        *errors, refused = in_python(installed, code).splitlines()
        for name, error in zip(("crop", "peak", "decide"), errors, strict=True):
            assert error.startswith(f"expected the kernel {name} to start; got cudaError")
        assert refused == "expected 28 settings; got 27"
