"""Who may import whom, and that importing the package costs nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tracker"
DEMO = Path(__file__).parents[1] / "demo"

# Each part may import those of its own layer and of the layers above it in this list; within a layer
# no two parts import each other, directly or around a circle.
LAYERS = [
    {
        "boxes",
        "config",
        "crops",
        "devices",
        "errors",
        "frames",
        "lazy",
        "output_file",
        "plotting",
        "result",
        "settings",
        "threads",
    },
    {"ops", "video", "formats"},
    {"models", "datasets"},
    {"tracking", "synthetic"},
    {"similarity", "evaluation"},
    {"training", "integrations"},
    {"cli", "__main__"},
]
# A package that is imported in one place only.
HOMES = {
    "av": ("video",),
    "numba": ("ops", "evaluation"),
    "safetensors": ("models",),
    "gradio": (),
    "matplotlib": ("plotting",),
}
FILES = sorted(PACKAGE.rglob("*.py"))


def imports(path):
    """Absolute names of all modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(path):
    """The first name below the package: "video" for tracker/video/draw.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def layer(name):
    return next((index for index, names in enumerate(LAYERS) if name in names), None)


def relative(path):
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_imports_go_one_way(path):
    if part(path) == "__init__":
        return
    own = layer(part(path))
    assert own is not None, f"{part(path)} has no layer"
    for name in imports(path):
        if name.startswith("tracker."):
            other = layer(name.split(".")[1])
            if other is not None:
                assert other <= own, f"{relative(path)} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_special_packages_stay_in_their_place(path):
    for name in imports(path):
        top = name.split(".")[0]
        assert top not in ("benchmarks", "demo", "tracker_demo", "tests"), (
            f"{relative(path)} imports {name}"
        )
        if top in HOMES:
            assert part(path) in HOMES[top], f"{relative(path)} imports {name}"
        if name.startswith("tracker._C"):
            assert part(path) == "ops", f"{relative(path)} imports {name}"


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.py")), ids=lambda path: path.name)
def test_only_the_page_of_the_demo_imports_gradio(path):
    tops = {name.split(".")[0] for name in imports(path)}
    assert "gradio" not in tops or path.name == "app.py"
    assert not tops & {"demo", "tests", "benchmarks"}


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, tracker\n"
        "heavy = {'torch', 'numpy', 'numba', 'gradio', 'matplotlib', 'cv2', 'av', 'tracker._C'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
