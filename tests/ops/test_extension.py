"""The loader with missing, broken and working extensions, and what CUDA tensors do without one."""

import subprocess
import sys
import warnings
from importlib.machinery import EXTENSION_SUFFIXES

import pytest
import torch

import tracker
from tracker.errors import ExtensionError
from tracker.ops import cpu, cuda, extension_status
from tracker.ops.extension import ExtensionStatus, remedy
from tracker.ops.frame_layout import LAYOUTS

REMEDY = f"TRACKER_BUILD_CUDA=1 {sys.executable} -m pip install --no-deps"
WORKING = f"CUDA_VERSION = '13.0'; ARCHITECTURES = '75;80+PTX'; LAYOUTS = {LAYOUTS}"
OPERATORS = ["xcorr", "xcorr_depthwise"]


def test_importing_the_operators_loads_neither_extension_nor_numba():
    code = (
        "import sys; import tracker.ops; print('tracker._C' in sys.modules, 'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_missing(package):
    status = extension_status()
    assert not status.available
    assert status.path is None
    assert f"looked for {package}/_C{EXTENSION_SUFFIXES[0]}" in status.reason
    assert f"imported from {package}" in status.reason
    assert REMEDY in status.reason
    assert "circular" not in status.reason
    assert (status.cpu_backend, status.cuda_backend) == ("torch", "torch")


@pytest.mark.parametrize(
    "error",
    ["ImportError('undefined symbol: f')", "OSError('no libcudart')", "RuntimeError('error 35')"],
)
def test_broken(package, error):
    file = package / "_C.py"
    file.write_text(f"raise {error}")
    status = extension_status()
    kind, text = error.removesuffix("')").split("('")
    assert not status.available
    assert status.path == str(file)
    assert f"{file} of the package imported from {package}" in status.reason
    assert f"failed to load with {kind}: {text}" in status.reason
    assert REMEDY in status.reason
    assert status.cuda_backend == "torch"


def test_damaged_file(package):
    file = package / f"_C{EXTENSION_SUFFIXES[0]}"
    file.write_bytes(b"not a shared object")
    status = extension_status()
    assert not status.available
    assert status.path == str(file)
    assert "failed to load with ImportError" in status.reason


def test_working(package):
    file = package / "_C.py"
    file.write_text(WORKING)
    status = extension_status()
    assert status.available
    assert status.path == str(file)
    assert status.reason == (
        f"the compiled extension was loaded from {file}, built with CUDA 13.0 for compute "
        "capabilities 75;80+PTX"
    )
    assert (status.cuda_version, status.architectures) == ("13.0", ("75", "80+PTX"))
    assert (status.cpu_backend, status.cuda_backend) == ("torch", "extension")


def test_of_another_version(package):
    file = package / "_C.py"
    file.write_text("CUDA_VERSION = '13.0'; ARCHITECTURES = '75;80+PTX'")  # without layouts
    status = extension_status()
    assert not status.available
    assert status.path == str(file)
    assert "failed to load with AttributeError" in status.reason
    assert REMEDY in status.reason


def test_remedy_names_the_folder_of_the_source(tmp_path, monkeypatch):
    monkeypatch.setattr(tracker, "__path__", [str(tmp_path / "a b" / "tracker")])
    assert remedy() == f"{REMEDY} --force-reinstall . (in the folder of the source)"
    (tmp_path / "a b" / "csrc").mkdir(parents=True)
    assert remedy() == f"{REMEDY} --editable '{tmp_path}/a b'"


@pytest.mark.parametrize(
    ("architectures", "capability", "serves"),
    [
        ("75", (7, 5), True),
        ("75", (7, 0), False),
        ("75", (8, 0), False),
        ("75+PTX", (8, 0), True),
        ("75+PTX", (7, 2), False),
        ("80", (8, 9), True),
        ("86", (8, 0), False),
        ("100", (10, 3), True),
        ("100", (12, 0), False),
        ("75;90+PTX", (8, 9), False),
        ("75;90+PTX", (12, 1), True),
    ],
)
def test_serves(architectures, capability, serves):
    status = ExtensionStatus(True, "", "", architectures=tuple(architectures.split(";")))
    assert status.serves(capability) is serves


def test_answer_is_kept(package):
    before = extension_status()
    (package / "_C.py").write_text(WORKING)
    assert extension_status() is before


def test_status_cannot_be_changed(package):
    with pytest.raises(AttributeError):
        extension_status().available = True


def calls(operator):
    """Each function of an operator in ``cuda.py``, its twin in ``cpu.py``, and arguments."""
    exemplar, search = torch.randn(2, 3, 2, 2), torch.randn(4, 3, 5, 6)
    grad = getattr(cpu, operator)(exemplar, search)
    arguments = {
        operator: (exemplar, search),
        f"{operator}_grad_exemplar": (grad, search, 2),
        f"{operator}_grad_search": (grad, exemplar),
    }
    return [(getattr(cuda, name), getattr(cpu, name), args) for name, args in arguments.items()]


@pytest.mark.parametrize("operator", OPERATORS)
def test_cuda_path_warns_once_and_is_right(package, operator):
    with pytest.warns(RuntimeWarning, match="no compiled extension: looked for") as caught:
        results = [function(*args) for function, _, args in calls(operator) for _ in range(2)]
    assert len(caught) == 1
    assert len(results) == 6
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function, twin, args in calls(operator):
            assert torch.equal(function(*args), twin(*args))


@pytest.mark.parametrize("operator", OPERATORS)
def test_cuda_path_refuses_when_the_extension_is_required(package, operator, monkeypatch):
    monkeypatch.setenv("TRACKER_REQUIRE_EXTENSION", "1")
    for function, _, args in calls(operator):
        with pytest.raises(ExtensionError, match=r"TRACKER_REQUIRE_EXTENSION=1.*looked for"):
            function(*args)


@pytest.mark.parametrize("operator", OPERATORS)
def test_cuda_path_is_registered_for_cuda(package, operator, monkeypatch):
    monkeypatch.setenv("TRACKER_REQUIRE_EXTENSION", "1")
    cuda_kernel = torch._C.DispatchKeySet(torch._C.DispatchKey.CUDA)
    for function, twin, args in calls(operator):
        op = getattr(torch.ops.tracker, function.__name__).default
        assert torch.equal(op(*args), twin(*args))
        with pytest.raises(ExtensionError):
            op.redispatch(cuda_kernel, *args)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("operator", OPERATORS)
def test_cuda_tensors_take_the_cuda_path(package, operator):
    exemplar, search = torch.randn(2, 3, 2, 2), torch.randn(4, 3, 5, 6)
    function = getattr(torch.ops.tracker, operator)
    with pytest.warns(RuntimeWarning, match="no compiled extension"):
        response = function(exemplar.cuda(), search.cuda())
    torch.testing.assert_close(response.cpu(), function(exemplar, search), atol=1e-2, rtol=1e-2)
