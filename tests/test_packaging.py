"""What is in the wheel and the source distribution, and that the installed package works."""

import os
import re
import signal
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what git tracks, so that building leaves nothing here."""
    copy = tmp_path_factory.mktemp("checkout")
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if names.returncode != 0:
        pytest.skip("this is no git checkout")
    for name in names.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    return copy


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "-q",
        "-w",
        folder,
        checkout,
        env=os.environ | {"TRACKER_BUILD_CUDA": "0"},
    )
    (path,) = folder.glob("*.whl")
    return path


def run(*command, **options):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files_of_the_package(checkout):
    return {
        path.relative_to(checkout).as_posix()
        for path in (checkout / "tracker").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_and_nothing_else(checkout, wheel):
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    assert {"tracker/models/weights/lite.safetensors", "tracker/training/recipes/lite.toml"} <= set(
        names
    )
    assert not files_of_the_package(checkout) - set(names)
    demo = {
        "app.py",
        "session.py",
        "boxes.js",
        "boxes.html",
        "webcam.js",
        "webcam.html",
        "page.css",
    }
    assert {f"tracker_demo/{name}" for name in demo} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tracker", "tracker_demo"}
    assert wheel.stat().st_size < 8 * 2**20


def test_the_source_distribution_can_be_built_from(checkout, tmp_path):
    code = f"import setuptools.build_meta as b; print(b.build_sdist({str(tmp_path)!r}))"
    try:
        run(sys.executable, "-c", "import setuptools")
    except AssertionError:
        pytest.skip("setuptools is not installed here")
    name = run(sys.executable, "-c", code, cwd=checkout).splitlines()[-1]
    with tarfile.open(tmp_path / name) as file:
        inside = {Path(*Path(member).parts[1:]).as_posix() for member in file.getnames()}
    assert {"setup.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE"} <= inside
    assert {"csrc/xcorr.cu", "csrc/bindings.cpp", "demo/app.py", "demo/boxes.js"} <= inside
    assert not files_of_the_package(checkout) - inside


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """An environment with the wheel in it, not this checkout."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = Path(run(python, "-c", where).strip())
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "-q", wheel)
    # the dependencies, but not this checkout, from the environment that runs the tests
    (site / "dependencies.pth").write_text(
        "\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n"
    )
    return environment


def test_the_installed_command_runs_from_any_folder(environment, tmp_path):
    """Also from a folder with a ``tracker`` folder in it, which must not be imported instead."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "tracker").mkdir(parents=True)
    (elsewhere / "tracker" / "__init__.py").write_text("raise SystemExit('the wrong package')")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = environment / "bin" / "tracker"
    out = run(command, "info", cwd=elsewhere, env=clean)
    assert f"{environment}/" in out
    run(command, "sample", "clip", cwd=elsewhere, env=clean)
    truth = "clip/groundtruth_rect.txt"
    out = run(
        command,
        "track",
        "clip/clip.mp4",
        "--box-file",
        truth,
        "--end",
        "20",
        "-o",
        "out.mp4",
        cwd=elsewhere,
        env=clean,
    )
    assert "20 frames" in out


def test_the_installed_demo_serves_its_page(environment, tmp_path):
    pytest.importorskip("gradio", reason="gradio is not installed")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    process = subprocess.Popen(
        [environment / "bin" / "tracker", "demo", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=clean | {"TMPDIR": str(tmp_path)},
    )
    try:
        address = re.search(r"http://\S+", process.stdout.readline())[0]
        with urllib.request.urlopen(address) as answer:
            assert "Follow an object" in answer.read().decode()
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    assert not list(tmp_path.iterdir())


def test_the_demo_without_gradio_is_refused_in_a_sentence(environment):
    code = (
        "import sys; sys.modules['gradio'] = None\n"
        "from tracker.cli.main import main; sys.exit(main(['demo']))"
    )
    done = subprocess.run(
        [environment / "bin" / "python", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=environment,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "tracker: expected gradio for tracker demo: pip install 'tracker[demo]'\n"
    )
